// SPDX-License-Identifier: Apache-2.0
package procession.stress;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A call that waits, and what ends it: an event, or an interrupt. For one time, and for two threads. */
public final class EndingWait {
    /** The call. */
    public interface Call {
        /**
         * Waits.
         *
         * @throws Exception one that the wait is to end with, or a failure
         */
        void run() throws Exception;
    }

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Call call;
    private final Call end;
    private final boolean isInterrupted;
    private List<Class<?>> expected = List.of();
    private Runnable cleanUp = () -> {};

    private volatile Thread waiter;
    private volatile boolean hasEnded;

    private EndingWait(Call call, Call end, boolean isInterrupted) {
        this.call = call;
        this.end = end;
        this.isInterrupted = isInterrupted;
    }

    /**
     * Makes one that an event ends.
     *
     * @param call waits
     * @param event what it waits for, which may come before
     * @return the wait
     */
    public static EndingWait byEvent(Call call, Call event) {
        return new EndingWait(call, event, false);
    }

    /**
     * Makes one that an event ends which only those see who wait already, so that it has to come again and again.
     *
     * @param call waits
     * @param event what it waits for
     * @return the wait
     */
    public static EndingWait byRepeated(Call call, Call event) {
        var self = new EndingWait[1];
        self[0] = new EndingWait(
                call,
                () -> {
                    while (!self[0].hasEnded) {
                        event.run();
                        Thread.yield();
                    }
                },
                false);
        return self[0];
    }

    /**
     * Makes one that an interrupt ends, which the waiting thread is told of by an exception or by its flag.
     *
     * @param call waits
     * @return the wait
     */
    public static EndingWait byInterrupt(Call call) {
        return new EndingWait(call, () -> {}, true);
    }

    /**
     * Says what the call may throw.
     *
     * @param exceptions the exceptions
     * @return this
     */
    public EndingWait throwing(Class<?>... exceptions) {
        expected = Arrays.asList(exceptions);
        return this;
    }

    /**
     * Says what to do after the wait.
     *
     * @param last what to do
     * @return this
     */
    public EndingWait then(Runnable last) {
        cleanUp = last;
        return this;
    }

    /** Waits until it ends as it should; for the one thread. */
    public void await() {
        waiter = Thread.currentThread();
        try {
            call.run();
            requireTold(false);
        } catch (InterruptedException interrupted) {
            requireTold(true);
        } catch (Exception end) {
            requireTold(false);
            if (!isInterrupted && expected.stream().noneMatch(each -> each.isInstance(end))) {
                throw new AssertionError("The wait has failed", end);
            }
        } finally {
            hasEnded = true;
            cleanUp.run();
        }
    }

    private void requireTold(boolean byException) {
        boolean told = Thread.interrupted() | byException;
        if (told != isInterrupted) {
            throw new AssertionError(told ? "Nobody has interrupted this" : "The interrupt was lost");
        }
    }

    /** Ends the wait; for the other thread. Says on standard error where the wait is if it does not end soon. */
    public void end() {
        try {
            end.run();
        } catch (Exception failure) {
            throw new AssertionError("The event has failed", failure);
        }
        long start = System.nanoTime();
        boolean isToInterrupt = isInterrupted;
        while (!hasEnded && System.nanoTime() - start < PATIENCE_NANOS) {
            Thread waiting = waiter;
            if (isToInterrupt && waiting != null) {
                waiting.interrupt();
                isToInterrupt = false;
            }
            Thread.yield();
        }
        if (!hasEnded) {
            System.err.println("It still waits: " + Arrays.toString(waiter.getStackTrace()));
        }
    }

    /**
     * Returns who waits.
     *
     * @return the thread, or null before it is there
     */
    public Thread waiter() {
        return waiter;
    }
}
