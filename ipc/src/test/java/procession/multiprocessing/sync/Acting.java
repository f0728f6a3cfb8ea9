// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.Serializable;
import java.time.Duration;
import procession.threading.Acquirable;

/** An {@link Acquirable} for its contract, each thread of which is in another process. */
record Acting<A extends Acquirable & Serializable>(Troupe troupe, A subject) implements Acquirable {
    @Override
    public void acquire() throws InterruptedException {
        A acquired = subject;
        troupe.say(() -> {
            acquired.acquire();
            return true;
        });
    }

    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        A acquired = subject;
        Duration nonNull = timeout.plus(Duration.ZERO);
        return troupe.say(() -> acquired.acquire(nonNull));
    }

    @Override
    public boolean tryAcquire() {
        A acquired = subject;
        return troupe.tell(() -> acquired.tryAcquire());
    }

    @Override
    public void release() {
        A acquired = subject;
        troupe.tell(() -> {
            acquired.release();
            return true;
        });
    }

    @Override
    public String toString() {
        String seen = subject.toString();
        return "Acting" + seen.substring(seen.indexOf('@'));
    }
}
