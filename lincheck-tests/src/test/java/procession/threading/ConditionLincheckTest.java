// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.modelcheck.Blocked;
import procession.modelcheck.Interruptible;
import procession.modelcheck.ModelCheck;
import procession.modelcheck.ModelTime;

/** A box for one number, made of conditions: what is lost in them is lost in the box. */
class ConditionLincheckTest {
    private static ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    @Test
    void signals_areNotLost() {
        check().scenario("put 1; put 2", "take; take")
                .scenario("put 1", "put 2", "take; take")
                .scenario("take", "put 1; put 2", "take")
                .run();
    }

    @Test
    void signalsOfMany_areNotLost() {
        check().scenario("take", "take", "putTwo 1")
                .scenario("take", "take", "putTwoForAll 1")
                .scenario("take; take", "takeWhenThere", "putTwoForAll 1; put 2")
                .run();
    }

    @Test
    void waitsForAPredicate_loseNoSignal() {
        check().scenario("put 1; put 2", "takeWhenThere; takeWhenThere")
                .scenario("takeWhenThere", "takeWhenThere", "putTwo 1")
                .scenario("takeWhenThere", "take", "put 1; put 2")
                .scenario("takeWhenThereOrBeInterruptedAndPutBack", "takeWhenThere", "interrupt; put 1")
                .run();
    }

    @Test
    void waits_thatEndInTime_areLinearizable() {
        check().inModelTime()
                .scenario("takeInTime", "timePasses; put 1")
                .scenario("takeInTimeAndPutBack", "take", "timePasses; put 1")
                .run();
    }

    @Test
    void signals_forThoseWhoAreInterrupted_areNotLost() {
        check().scenario("takeOrBeInterruptedAndPutBack", "take", "interrupt; put 1")
                .run();
    }

    @SuppressWarnings("WaitNotInLoop") // awaitFor() has its own
    public static final class Operations {
        private static final Duration SOME_TIME = Duration.ofSeconds(1);

        private final Lock lock = new Lock();
        private final Condition notEmpty = new Condition(lock);
        private final Condition notFull = new Condition(lock);
        private final Interruptible interruptible = new Interruptible();
        private int count;
        private int number;

        public Operations() {
            ModelTime.reset();
        }

        public void put(int element) throws InterruptedException {
            notFull.run(() -> {
                notFull.awaitFor(() -> count == 0);
                count = 1;
                number = element;
                notEmpty.signal();
            });
        }

        /** Puts the same number for two. */
        public void putTwo(int element) throws InterruptedException {
            notFull.run(() -> {
                notFull.awaitFor(() -> count == 0);
                count = 2;
                number = element;
                notEmpty.signal(2);
            });
        }

        /** As {@link #putTwo}, for everybody to see. */
        public void putTwoForAll(int element) throws InterruptedException {
            notFull.run(() -> {
                notFull.awaitFor(() -> count == 0);
                count = 2;
                number = element;
                notEmpty.signalAll();
            });
        }

        public int takeWhenThere() throws InterruptedException {
            return notEmpty.call(() -> {
                notEmpty.awaitFor(() -> count > 0);
                return taken();
            });
        }

        public int take() throws InterruptedException {
            return notEmpty.call(() -> {
                while (count == 0) {
                    notEmpty.await();
                }
                return taken();
            });
        }

        private int taken() {
            count--;
            notFull.signal();
            return number;
        }

        public @Nullable Integer takeInTime() throws InterruptedException {
            ModelTime.beforeWait();
            notEmpty.acquire();
            try {
                return notEmpty.awaitFor(() -> count > 0, SOME_TIME) ? taken() : null;
            } finally {
                notEmpty.release();
            }
        }

        /** Changes nothing in the end, whether it gets a number or not. */
        public void takeInTimeAndPutBack() throws InterruptedException {
            Integer element = takeInTime();
            if (element != null) {
                put(element);
            }
        }

        /** As {@link #takeInTimeAndPutBack}. */
        public void takeOrBeInterruptedAndPutBack() throws InterruptedException {
            Integer element = interruptible.call(this::take);
            if (element != null) {
                put(element);
            }
        }

        /** As {@link #takeInTimeAndPutBack}. */
        public void takeWhenThereOrBeInterruptedAndPutBack() throws InterruptedException {
            Integer element = interruptible.call(this::takeWhenThere);
            if (element != null) {
                put(element);
            }
        }

        public void interrupt() {
            interruptible.interrupt();
        }

        public void timePasses() {
            ModelTime.pass();
        }
    }

    public static final class Specification {
        private int count;
        private int number;
        private boolean late;

        public void put(int element) {
            put(element, 1);
        }

        public void putTwo(int element) {
            put(element, 2);
        }

        public void putTwoForAll(int element) {
            put(element, 2);
        }

        private void put(int element, int times) {
            if (count > 0) {
                throw new Blocked();
            }
            count = times;
            number = element;
        }

        public int take() {
            if (count == 0) {
                throw new Blocked();
            }
            count--;
            return number;
        }

        public int takeWhenThere() {
            return take();
        }

        public @Nullable Integer takeInTime() {
            if (count == 0 && late) {
                return null;
            }
            return take();
        }

        public void takeInTimeAndPutBack() {}

        public void takeOrBeInterruptedAndPutBack() {}

        public void takeWhenThereOrBeInterruptedAndPutBack() {}

        public void interrupt() {}

        public void timePasses() {
            late = true;
        }
    }
}
