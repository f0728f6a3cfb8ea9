// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

@SuppressWarnings("NullAway") // the runner is set before it starts
class PoolTaskTest {

    private static final TaskThreads NOBODY = new ThreadPerTask("nobody", Thread::new);

    /** A thread that somebody interrupts for a long time. */
    private static final class SlowToInterrupt extends Thread {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch gate = new CountDownLatch(1);

        SlowToInterrupt(Runnable body) {
            super(body, "slow to interrupt");
        }

        @Override
        public void interrupt() {
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
            super.interrupt();
        }
    }

    @Test
    void run_cancelledLate_waitsForTheInterruptAndTakesIt() throws Exception {
        AtomicReference<SlowToInterrupt> runner = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(1);
        PoolTask<Integer> task = new PoolTask<>(
                () -> {
                    started.countDown();
                    runner.get().entered.await();
                    return 1;
                },
                NOBODY);
        AtomicReference<Boolean> interruptedAfterwards = new AtomicReference<>();
        runner.set(new SlowToInterrupt(() -> {
            task.run();
            interruptedAfterwards.set(Thread.currentThread().isInterrupted());
        }));
        runner.get().start();
        try (ThreadHarness threads = new ThreadHarness()) {
            started.await();
            threads.start("canceller", () -> assertTrue(task.cancel(true)));
            boolean ended =
                    Await.becomesTrue(Delays.small(), () -> !runner.get().isAlive());
            runner.get().gate.countDown();
            assertFalse(ended, "went on while the interrupt was on its way");
        }
        runner.get().join();
        assertEquals(false, interruptedAfterwards.get());
    }

    @Test
    void run_twice_runsOnce() throws Exception {
        PoolTask<Object> task = new PoolTask<>(Object::new, NOBODY);
        task.run();
        Object first = task.result();
        task.run();
        assertEquals(first, task.result());
    }

    /** A failure that throws itself wherever one looks at it, as the JVM's own errors do without memory. */
    @SuppressWarnings("OverrideThrowableToString") // it is what getMessage() would be asked through
    private static final class ThrowsItself extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw this;
        }
    }

    @SuppressWarnings("OverrideThrowableToString") // as above
    private static final class ErrorThatThrowsItself extends OutOfMemoryError {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw this;
        }
    }

    @Test
    void run_failureThatThrowsItself_completesTheFuture() throws Exception {
        Throwable failure = new ThrowsItself();
        PoolTask<Integer> rude = new PoolTask<>(
                () -> {
                    throw (ThrowsItself) failure;
                },
                NOBODY);
        rude.run();
        assertTrue(rude.isDone());
        assertSame(failure, rude.exception().getCause());

        Error outOfMemory = new ErrorThatThrowsItself();
        PoolTask<Integer> exhausted = new PoolTask<>(
                () -> {
                    throw outOfMemory;
                },
                NOBODY);
        exhausted.run();
        assertTrue(exhausted.isDone());
        assertFalse(exhausted.running());
    }
}
