// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import org.jspecify.annotations.Nullable;

/** What becomes of the future of a task that failed its {@linkplain TaskOptions limits} for the last time; immutable. */
public final class OnFailure {
    private static final OnFailure FAIL = new OnFailure(false, null);

    private final boolean skips;
    private final @Nullable Object value;

    private OnFailure(boolean skips, @Nullable Object value) {
        this.skips = skips;
        this.value = value;
    }

    /**
     * Returns the policy by which the future fails, with the timeout or with the death of the worker.
     *
     * @return the policy
     */
    public static OnFailure fail() {
        return FAIL;
    }

    /**
     * Returns the policy by which the future completes normally, with {@code value} in place of a result.
     *
     * @param value the value, of a type that the task could have returned, or {@code null}
     * @return the policy
     */
    public static OnFailure skip(@Nullable Object value) {
        return new OnFailure(true, value);
    }

    /**
     * Returns whether the future completes with {@link #value()} instead of failing.
     *
     * @return {@code true} for {@link #skip}
     */
    public boolean skips() {
        return skips;
    }

    /**
     * Returns what the future completes with if it {@link #skips}.
     *
     * @return the value
     */
    public @Nullable Object value() {
        return value;
    }

    @Override
    public String toString() {
        return skips ? "skip(" + value + ")" : "fail()";
    }
}
