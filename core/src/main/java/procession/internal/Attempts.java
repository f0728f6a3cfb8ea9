// SPDX-License-Identifier: Apache-2.0
package procession.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How often a task has been tried, and what came of it; of the one thread that decides about it. */
public final class Attempts {
    /** So many failures are kept of a task that is retried without end. */
    private static final int MOST_KEPT = 10;

    private int count = 1;
    private @Nullable Deque<Throwable> earlier;

    /** The first attempt is under way. */
    public Attempts() {}

    /**
     * Returns how often it has been tried.
     *
     * @return the number, the present attempt included
     */
    public int count() {
        return count;
    }

    /**
     * Notes that the present attempt has failed and there is another one.
     *
     * @param failure why
     */
    public void again(Throwable failure) {
        count++;
        Deque<Throwable> failures = earlier;
        if (failures == null) {
            failures = new ArrayDeque<>();
            earlier = failures;
        }
        failures.addLast(failure);
        if (failures.size() > MOST_KEPT) {
            failures.removeFirst();
        }
    }

    /**
     * Lets the last failure carry those before it, the oldest first.
     *
     * @param failure why there is no further attempt
     */
    public void giveUp(Throwable failure) {
        Deque<Throwable> failures = earlier;
        earlier = null;
        if (failures != null) {
            failures.remove(failure); // of an attempt that could not be followed by the one that was meant to
            failures.forEach(failure::addSuppressed);
        }
    }

    /**
     * Says how often it was tried, in words that follow the rest of a message.
     *
     * @return the words; empty if it was once
     */
    public String inWords() {
        return count == 1
                ? ""
                : "; it was tried " + count + " times, and the earlier failures are suppressed exceptions of this one";
    }
}
