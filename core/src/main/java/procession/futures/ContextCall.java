// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A task within the context of its submitter.
 *
 * @param context the context
 * @param task the task
 * @param <T> the type of its value
 */
record ContextCall<T extends @Nullable Object>(ContextPropagation.Context context, Callable<T> task)
        implements Callable<T> {
    @Override
    public T call() throws Exception {
        Body<T> body = new Body<>(task);
        Throwable failure = null;
        try {
            context.run(body);
        } catch (Throwable ofContext) {
            failure = ofContext;
        }
        return body.outcome(failure);
    }

    /**
     * A function, each call of which is within the same context.
     *
     * @param context the context
     * @param function the function
     * @param <A> the type of its argument
     * @param <R> the type of its result
     */
    record OfItems<A, R extends @Nullable Object>(
            ContextPropagation.Context context, Fn<? super A, ? extends R> function) implements Fn<A, R> {
        @Override
        public R apply(A item) throws Exception {
            return new ContextCall<R>(context, () -> function.apply(item)).call();
        }
    }

    /**
     * A task that has no future.
     *
     * @param context the context
     * @param runnable the task
     */
    record OfRunnable(ContextPropagation.Context context, Runnable runnable) implements Runnable {
        @Override
        public void run() {
            try {
                new ContextCall<@Nullable Void>(context, this::runIt).call();
            } catch (Throwable failure) {
                throw ContextCall.<RuntimeException>asItIs(failure);
            }
        }

        /** As {@link TaskThreads#runPlain}, which sees this and not the action in it. */
        private @Nullable Void runIt() throws Exception {
            if (runnable instanceof Action action) {
                action.execute();
            } else {
                runnable.run();
            }
            return null;
        }

        /** Returns what the user passed. */
        static Runnable passed(Runnable task) {
            return task instanceof OfRunnable wrapper ? wrapper.runnable : task;
        }
    }

    /** What a context runs. What becomes of the task stays in here, so that no context can change it. */
    private static final class Body<T extends @Nullable Object> implements Runnable {
        private final Callable<T> task;
        private final Thread thread = Thread.currentThread();

        /** Of that thread, as are the next two. */
        private boolean ran;

        private @Nullable T result;
        private @Nullable Throwable failure;

        Body(Callable<T> task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (Thread.currentThread() != thread) {
                throw new IllegalStateException("a context has to run the task in the thread that its run() is called"
                        + " in, which is " + thread.getName());
            }
            if (ran) {
                throw new IllegalStateException("a context has to run the task once only");
            }
            ran = true;
            try {
                result = task.call();
            } catch (Throwable thrown) {
                failure = thrown;
            }
        }

        /** Returns or throws what the task did, unless the context has failed. */
        @SuppressWarnings("NullAway") // the result is a T, and T says itself whether that may be null
        T outcome(@Nullable Throwable ofContext) throws Exception {
            if (failure != null) {
                if (ofContext != null && ofContext != failure) {
                    failure.addSuppressed(ofContext);
                }
                throw ContextCall.<Exception>asItIs(failure);
            }
            if (ofContext != null) {
                throw ContextCall.<Exception>asItIs(ofContext);
            }
            if (!ran) {
                throw new IllegalStateException("the context has not run the task: ContextPropagation.Context.run"
                        + " has to call run() of what it is given, before it returns");
            }
            return result;
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"
    }) // the compiler is to take any throwable for what the caller may throw
    private static <X extends Throwable> X asItIs(Throwable failure) throws X {
        throw (X) failure;
    }
}
