// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.io.Serializable;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The shapes in which an executor's arguments reach {@link AbstractExecutor#dispatch} when these are not callables
 * already: as serializable as what they hold, and holding nothing else.
 */
final class Calls {
    private Calls() {}

    /** Returns what runs {@code action} and returns {@code null}. */
    static Callable<@Nullable Void> of(Action action) {
        return new ActionCall(action);
    }

    /** Returns what runs {@code runnable} and returns {@code null}; an action among them may throw. */
    @SuppressWarnings("NullAway") // the result is a Void, and may be null
    static Callable<@Nullable Void> of(Runnable runnable) {
        return new RunnableCall<@Nullable Void>(runnable, null);
    }

    /** Returns what runs {@code runnable} and returns {@code result}; an action among them may throw. */
    static <T extends @Nullable Object> Callable<T> of(Runnable runnable, T result) {
        return new RunnableCall<>(runnable, result);
    }

    /** Returns what the user passed, from a wrapper of this class; anything else as it is. */
    static Object passed(Object call) {
        if (call instanceof ActionCall wrapper) {
            return wrapper.action();
        } else if (call instanceof RunnableCall<?> wrapper) {
            return wrapper.runnable();
        } else if (call instanceof ItemCall<?, ?> wrapper) {
            return passed(wrapper.function());
        } else if (call instanceof PairFn<?, ?, ?> wrapper) {
            return wrapper.function();
        }
        return call;
    }

    /** Returns the items of both, paired, up to the end of the shorter; reads both lazily. */
    static <A, B> Iterable<Pair<A, B>> zip(Iterable<? extends A> first, Iterable<? extends B> second) {
        return () -> new Zip<A, B>(first.iterator(), second.iterator());
    }

    private record ActionCall(Action action) implements Task<@Nullable Void> {
        @Override
        public @Nullable Void call() throws Exception {
            action.execute();
            return null;
        }
    }

    @SuppressWarnings("serial") // as serializable as what it holds, which is checked when it travels
    private record RunnableCall<T extends @Nullable Object>(Runnable runnable, T result) implements Task<T> {
        @Override
        public T call() throws Exception {
            if (runnable instanceof Action action) {
                action.execute();
            } else {
                runnable.run();
            }
            return result;
        }
    }

    /**
     * One call of a mapped function.
     *
     * @param function the function
     * @param item its argument
     * @param <T> the type of the argument
     * @param <R> the type of the result
     */
    @SuppressWarnings("serial") // as serializable as what it holds, which is checked when it travels
    record ItemCall<T, R extends @Nullable Object>(Fn<? super T, ? extends R> function, T item) implements Task<R> {
        @Override
        public R call() throws Exception {
            return function.apply(item);
        }
    }

    /**
     * Two arguments that travel as one.
     *
     * @param first the first argument
     * @param second the second argument
     * @param <A> the type of the first
     * @param <B> the type of the second
     */
    @SuppressWarnings("serial") // as serializable as what it holds, which is checked when it travels
    record Pair<A, B>(A first, B second) implements Serializable {}

    /**
     * A function of two arguments as a function of a pair.
     *
     * @param function the function
     * @param <A> the type of the first argument
     * @param <B> the type of the second argument
     * @param <R> the type of the result
     */
    record PairFn<A, B, R extends @Nullable Object>(BiFn<? super A, ? super B, ? extends R> function)
            implements Fn<Pair<A, B>, R> {
        @Override
        public R apply(Pair<A, B> pair) throws Exception {
            return function.apply(pair.first(), pair.second());
        }
    }

    private record Zip<A, B>(Iterator<? extends A> first, Iterator<? extends B> second)
            implements Iterator<Pair<A, B>> {
        @Override
        public boolean hasNext() {
            return first.hasNext() && second.hasNext();
        }

        @Override
        public Pair<A, B> next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the shorter input has ended");
            }
            A left = Objects.requireNonNull(first.next(), "item of the first input");
            return new Pair<>(left, Objects.requireNonNull(second.next(), "item of the second input"));
        }
    }
}
