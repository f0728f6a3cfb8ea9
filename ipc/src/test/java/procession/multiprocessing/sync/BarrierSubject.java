// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import procession.threading.BarrierContract;

/** A barrier for its contract; each call is to whatever barrier the calling thread is given. */
record BarrierSubject(Supplier<Barrier> barrier) implements BarrierContract.Subject {
    static Barrier barrier(int parties, @Nullable Runnable action, @Nullable Duration defaultTimeout) {
        if (action == null) {
            return defaultTimeout == null ? new Barrier(parties) : new Barrier(parties, defaultTimeout);
        }
        return defaultTimeout == null ? new Barrier(parties, action) : new Barrier(parties, action, defaultTimeout);
    }

    @Override
    public int await() throws InterruptedException, BrokenBarrierException {
        return barrier.get().await();
    }

    @Override
    public int await(Duration timeout) throws InterruptedException, BrokenBarrierException {
        return barrier.get().await(timeout);
    }

    @Override
    public void abort() {
        barrier.get().abort();
    }

    @Override
    public void reset() {
        barrier.get().reset();
    }

    @Override
    public int parties() {
        return barrier.get().parties();
    }

    @Override
    public int waiting() {
        return barrier.get().waiting();
    }

    @Override
    public boolean broken() {
        return barrier.get().broken();
    }

    @Override
    public String toString() {
        return barrier.get().toString();
    }
}
