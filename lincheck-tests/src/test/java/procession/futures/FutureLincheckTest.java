// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import procession.modelcheck.Blocked;
import procession.modelcheck.ModelCheck;
import procession.modelcheck.ModelTime;

class FutureLincheckTest {
    private static final String[] OF_EXECUTOR = {
        "setRunning", "setResult ?", "setFailure", "resultNow", "done", "running"
    };
    private static final String[] OF_CALLER = {"cancel", "resultNow", "done", "cancelled", "running"};

    private static ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    @Test
    void executorsCalls_areLinearizable() {
        check().randomScenarios(2, 3, OF_EXECUTOR).run();
    }

    @Test
    void callersCalls_areLinearizable() {
        check().scenario("setRunning; setResult 1", "cancel; resultNow", "cancel; cancelled")
                .scenario("setResult 1; running", "cancel; done; resultNow")
                .scenario("setResult 1", "cancelRunning; resultNow", "done; resultNow")
                .scenario("setRunning; running", "cancelRunning; cancel; done")
                .randomScenarios(2, 3, OF_CALLER)
                .run();
    }

    @Test
    void result_isWokenByWhateverEnds() {
        check().scenario("result", "setResult 1", "result")
                .scenario("result", "setResult 1", "cancel")
                .scenario("result", "setFailure", "resultInTime")
                .scenario("result", "cancelRunning", "cancel")
                .run();
    }

    @Test
    void result_thatEndsInTime_isLinearizable() {
        check().inModelTime()
                .scenario("resultInTime; resultNow", "timePasses; setResult 1")
                .scenario("resultInTime", "timePasses; cancel", "resultInTime")
                .run();
    }

    @Test
    void callbacks_comeOnce() {
        check().scenarioBetween("addCallback", "calledBack", "setResult 1", "addCallback", "cancel")
                .scenarioBetween("", "calledBack", "setResult 1", "addCallback", "addCallback")
                .run();
    }

    /** Exceptions are told apart by number, because what they say differs. */
    public static final class Operations {
        private static final int CANCELLED = -1;
        private static final int FAILED = -2;
        private static final int NOT_DONE = -3;

        private final Promise<Integer> future = new Promise<>();
        private final AtomicInteger calledBack = new AtomicInteger();

        public Operations() {
            ModelTime.reset();
        }

        public boolean setRunning() {
            return future.setRunningOrNotifyCancel();
        }

        public boolean setResult(int result) {
            return future.trySetResult(result);
        }

        public boolean setFailure() {
            return future.trySetException(new ArithmeticException());
        }

        public boolean cancel() {
            return future.cancel();
        }

        public boolean cancelRunning() {
            return future.cancel(false);
        }

        public boolean done() {
            return future.done();
        }

        public boolean cancelled() {
            return future.cancelled();
        }

        public boolean running() {
            return future.running();
        }

        public int resultNow() throws InterruptedException {
            return result(Duration.ZERO);
        }

        public int resultInTime() throws InterruptedException {
            ModelTime.beforeWait();
            return result(Duration.ofSeconds(1));
        }

        private int result(Duration timeout) throws InterruptedException {
            try {
                return future.result(timeout);
            } catch (TimeoutException expected) {
                return NOT_DONE;
            } catch (CancellationException expected) {
                return CANCELLED;
            } catch (ArithmeticException expected) {
                return FAILED;
            }
        }

        public int result() throws InterruptedException {
            try {
                return future.result();
            } catch (CancellationException expected) {
                return CANCELLED;
            } catch (ArithmeticException expected) {
                return FAILED;
            }
        }

        public void addCallback() {
            future.addDoneCallback(done -> calledBack.incrementAndGet());
        }

        public int calledBack() {
            return calledBack.get();
        }

        public void timePasses() {
            ModelTime.pass();
        }
    }

    public static final class Specification {
        private boolean isRunning;
        private boolean isDone;
        private int outcome = Operations.NOT_DONE;
        private int callbacks;
        private boolean late;

        public boolean setRunning() {
            if (outcome == Operations.CANCELLED) {
                return false;
            }
            if (isRunning || isDone) {
                throw new IllegalStateException();
            }
            isRunning = true;
            return true;
        }

        public boolean setResult(int result) {
            return end(result);
        }

        public boolean setFailure() {
            return end(Operations.FAILED);
        }

        private boolean end(int how) {
            if (isDone) {
                return false;
            }
            isDone = true;
            outcome = how;
            return true;
        }

        public boolean cancel() {
            return cancelled() || (!isRunning && end(Operations.CANCELLED));
        }

        public boolean cancelRunning() {
            return end(Operations.CANCELLED);
        }

        public boolean done() {
            return isDone;
        }

        public boolean cancelled() {
            return outcome == Operations.CANCELLED;
        }

        public boolean running() {
            return isRunning && !isDone;
        }

        public int resultNow() {
            return outcome;
        }

        public int resultInTime() {
            return late ? outcome : result();
        }

        public int result() {
            if (!isDone) {
                throw new Blocked();
            }
            return outcome;
        }

        public void addCallback() {
            callbacks++;
        }

        public int calledBack() {
            return isDone ? callbacks : 0;
        }

        public void timePasses() {
            late = true;
        }
    }
}
