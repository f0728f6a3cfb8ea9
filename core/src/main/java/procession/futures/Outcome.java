// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of one item: the value its task returned, or what it threw.
 *
 * @param <T> the type of the value
 */
public final class Outcome<T extends @Nullable Object> {
    private final @Nullable T value;
    private final @Nullable Throwable failure;

    private Outcome(@Nullable T value, @Nullable Throwable failure) {
        this.value = value;
        this.failure = failure;
    }

    /**
     * Returns the outcome of a task that returned.
     *
     * @param value what it returned, which may be {@code null}
     * @param <T> the type of the value
     * @return the outcome
     */
    public static <T extends @Nullable Object> Outcome<T> success(T value) {
        return new Outcome<>(value, null);
    }

    /**
     * Returns the outcome of a task that threw, or was cancelled.
     *
     * @param failure what it threw
     * @param <T> the type that the value would have had
     * @return the outcome
     */
    public static <T extends @Nullable Object> Outcome<T> failure(Throwable failure) {
        return new Outcome<>(null, Objects.requireNonNull(failure, "failure"));
    }

    /**
     * Returns whether the task returned.
     *
     * @return {@code true} if there is a value, {@code false} if there is a failure
     */
    public boolean succeeded() {
        return failure == null;
    }

    /**
     * Returns the value, or throws what the task threw: an unchecked exception as itself, a checked one inside a
     * {@link java.util.concurrent.CompletionException}.
     *
     * @return what the task returned
     */
    @SuppressWarnings("NullAway") // a success holds a T, and T says itself whether that may be null
    public T value() {
        if (failure != null) {
            throw TaskFailure.unchecked(failure);
        }
        return value;
    }

    /**
     * Returns what the task threw.
     *
     * @return the exception, or {@code null} if the task returned
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Outcome<?> that
                && Objects.equals(value, that.value)
                && Objects.equals(failure, that.failure);
    }

    @Override
    public int hashCode() {
        return Objects.hash(value, failure);
    }

    @Override
    public String toString() {
        return failure == null ? "Outcome[value=" + value + "]" : "Outcome[failure=" + failure + "]";
    }
}
