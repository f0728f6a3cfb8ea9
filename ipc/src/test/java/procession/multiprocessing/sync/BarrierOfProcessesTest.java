// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.BarrierContract;

/** A barrier whose threads are in several processes; its action runs in the process of the last to arrive. */
@ExtendWith(LeakCheck.class)
class BarrierOfProcessesTest extends BarrierContract {
    private final List<Barrier> made = new ArrayList<>();
    private static Troupe troupe = new Troupe(0);

    @BeforeAll
    static void engage() {
        troupe = new Troupe(2);
    }

    @AfterAll
    static void disband() throws InterruptedException {
        troupe.close();
    }

    @AfterEach
    void destroy() {
        troupe.dismiss();
        made.forEach(Barrier::destroy);
    }

    @Override
    protected Subject create(int parties, @Nullable Runnable action, @Nullable Duration defaultTimeout) {
        Runnable travelling = action == null
                ? null
                : troupe.callback(() -> {
                    action.run();
                    return true;
                });
        Barrier barrier = BarrierSubject.barrier(parties, travelling, defaultTimeout);
        made.add(barrier);
        return new Acted(troupe, barrier);
    }

    @Override
    protected boolean movesUp() {
        return false;
    }

    @Override
    protected boolean seesCauses() {
        return false;
    }

    @Override
    protected boolean inThisProcess() {
        return false;
    }

    @Override
    protected int rounds() {
        return 40;
    }

    private record Acted(Troupe troupe, Barrier barrier) implements Subject {
        private int say(Troupe.Step<Integer> step) throws InterruptedException, BrokenBarrierException {
            try {
                return troupe.call(step);
            } catch (InterruptedException | BrokenBarrierException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public int await() throws InterruptedException, BrokenBarrierException {
            Barrier subject = barrier;
            return say(() -> subject.await());
        }

        @Override
        public int await(Duration timeout) throws InterruptedException, BrokenBarrierException {
            Barrier subject = barrier;
            return say(() -> subject.await(timeout));
        }

        @Override
        public void abort() {
            Barrier subject = barrier;
            troupe.tell(() -> {
                subject.abort();
                return true;
            });
        }

        @Override
        public void reset() {
            Barrier subject = barrier;
            troupe.tell(() -> {
                subject.reset();
                return true;
            });
        }

        @Override
        public int parties() {
            Barrier subject = barrier;
            return troupe.tell(() -> subject.parties());
        }

        @Override
        public int waiting() {
            Barrier subject = barrier;
            return troupe.tell(() -> subject.waiting());
        }

        @Override
        public boolean broken() {
            Barrier subject = barrier;
            return troupe.tell(() -> subject.broken());
        }

        @Override
        public String toString() {
            return barrier.toString();
        }
    }
}
