// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.ProcessHarness;

/** A program that forgets to close its pool ends all the same, once the tasks are done. */
class ForgottenPoolTest {

    /** Ends its main thread while tasks are queued, and keeps the pool reachable. */
    public static final class Forgetful {
        private static final ThreadPoolExecutor POOL = new ThreadPoolExecutor(1);

        /**
         * Runs.
         *
         * @param arguments if there is one, another thread submits again later
         */
        public static void main(String[] arguments) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                POOL.execute(() -> {
                    pause(100);
                    System.out.println(
                            "task " + number + " in " + Thread.currentThread().getName());
                });
            }
            if (arguments.length > 0) {
                new Thread(() -> {
                            pause(1500);
                            POOL.execute(() -> System.out.println(
                                    "late in " + Thread.currentThread().getName()));
                        })
                        .start();
            }
            System.out.println("main ends");
        }

        private static void pause(long millis) {
            try {
                new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    @Test
    void main_endsWithoutClosing_tasksAreDoneAndTheJvmEnds() {
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child child = processes.java(Forgetful.class, List.of());
            assertEquals(0, child.exitCode(), child::errors);
            String pool = " in ThreadPoolExecutor-0_0";
            assertEquals(
                    List.of("main ends", "task 0" + pool, "task 1" + pool, "task 2" + pool),
                    child.output().lines().sorted().toList());
        }
    }

    @Test
    void main_endsWhileAnotherThreadLives_idleThreadStays() {
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child child = processes.java(Forgetful.class, List.of(), "later");
            assertEquals(0, child.exitCode(), child::errors);
            assertEquals(
                    "late in ThreadPoolExecutor-0_0",
                    child.output().lines().sorted().findFirst().orElseThrow());
        }
    }

    /** Ends its main thread while a callback of a task that took too long still runs. */
    public static final class CalledBack {
        /**
         * Runs.
         *
         * @param arguments if there is one, the pool is closed
         */
        public static void main(String[] arguments) {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(1);
            pool.with(TaskOptions.timeout(Duration.ofMillis(50)))
                    .submit(() -> new CountDownLatch(1).await())
                    .addDoneCallback(done -> {
                        System.out.println("callback begins");
                        Forgetful.pause(700);
                        System.out.println("callback ends");
                    });
            if (arguments.length > 0) {
                pool.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void main_ends_callbackOfATimedOutTaskRunsToItsEnd(boolean closed) {
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child child =
                    processes.java(CalledBack.class, List.of(), closed ? new String[] {"close"} : new String[0]);
            assertEquals(0, child.exitCode(), child::errors);
            assertEquals(
                    List.of("callback begins", "callback ends"),
                    child.output().lines().toList());
        }
    }
}
