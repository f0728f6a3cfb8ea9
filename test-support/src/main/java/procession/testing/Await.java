// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Waits for conditions by polling. The test's thread does it, so an interrupt ends the wait. */
public final class Await {

    private static final long POLL_MILLIS = 2;

    private Await() {}

    /**
     * Waits until {@code condition} holds, for at most {@link Delays#medium()}.
     *
     * @param what what is waited for, for the message
     * @param condition the condition; what it throws fails the test
     * @throws AssertionError if it does not hold in time
     */
    public static void until(String what, Callable<Boolean> condition) {
        until(what, Delays.medium(), condition);
    }

    /**
     * Waits until {@code condition} holds.
     *
     * @param what what is waited for, for the message
     * @param limit the longest time to wait
     * @param condition the condition; what it throws fails the test
     * @throws AssertionError if it does not hold in time
     */
    public static void until(String what, Duration limit, Callable<Boolean> condition) {
        if (!becomesTrue(limit, condition)) {
            throw new AssertionError("Not within " + limit + ": " + what + "\n" + Stacks.all());
        }
    }

    /**
     * Waits until {@code condition} holds or the time is over.
     *
     * @param limit the longest time to wait
     * @param condition the condition; what it throws fails the test
     * @return whether it holds
     */
    public static boolean becomesTrue(Duration limit, Callable<Boolean> condition) {
        long start = System.nanoTime();
        do {
            if (holds(condition)) {
                return true;
            }
            pause();
        } while (System.nanoTime() - start < limit.toNanos());
        // Once more: the last pause may have been longer than the time that was left.
        return holds(condition);
    }

    /**
     * Asserts that {@code thread} comes to wait in a lock, a condition, a sleep, a selector or a futex.
     *
     * @param thread the thread
     * @throws AssertionError if it does not within {@link Delays#medium()}
     */
    public static void blocked(Thread thread) {
        until(thread.getName() + " blocks", () -> switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING -> true;
            case TERMINATED -> throw new AssertionError(thread.getName() + " has ended and did not block");
            case NEW -> false;
            case RUNNABLE -> sleepsInTheKernel(thread); // which is how Java calls it
        });
    }

    private static boolean sleepsInTheKernel(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0
                && stack[0].isNativeMethod()
                && Stream.of(stack)
                        .map(StackTraceElement::getClassName)
                        .anyMatch(name -> name.equals("sun.nio.ch.SelectorImpl") || name.endsWith(".futex.Nap"));
    }

    /**
     * Does nothing for a while.
     *
     * @param time how long
     */
    public static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while sleeping", e);
        }
    }

    private static void pause() {
        sleep(Duration.ofMillis(POLL_MILLIS));
    }

    private static boolean holds(Callable<Boolean> condition) {
        try {
            return condition.call();
        } catch (Exception e) {
            throw new AssertionError("The condition itself failed", e);
        }
    }
}
