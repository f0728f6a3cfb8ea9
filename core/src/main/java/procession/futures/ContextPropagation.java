// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;

/**
 * Says what a task sees of the thread that submits it. A pool that is not given one lets its tasks see nothing.
 *
 * <pre>{@code
 * ThreadLocal<String> user = new ThreadLocal<>();
 * user.set("ada");
 * try (var executor = ThreadPoolExecutor.builder().contextPropagation(user).build()) {
 *     System.out.println(executor.submit(() -> user.get()).result());
 * }
 * }</pre>
 *
 * <p>{@link #of} is for thread-locals. Anything else that surrounds a task is a lambda: one that takes what there is
 * now, and returns what runs a task within it. With a library that has snapshots that is {@code () -> { var snapshot =
 * captureAll(); return task -> snapshot.wrap(task).run(); }}, and with a scoped value {@code () -> { var user =
 * USER.get(); return task -> ScopedValue.where(USER, user).run(task); }}.
 *
 * <p>{@link #capture()} is called in the thread that submits: once for each task of {@code submit}, {@code execute},
 * {@code invokeAll} and {@code invokeAny}, and once for a whole {@code map}, though it may read items later. Then
 * {@link Context#run} is called around the task, in its thread, and again if it is retried. Callbacks, initializers and
 * the inputs of a {@code map} run outside of it.
 *
 * <p>If {@code capture()} throws, so does the method that submits, and that task was not submitted; {@code invokeAll}
 * and {@code invokeAny}, which had submitted others before it, cancel those. An implementation is called by any number
 * of threads.
 *
 * <p>Memory consistency effects: actions in {@code capture()} <i>happen-before</i> {@link Context#run}.
 *
 * <p><i>Python:</i> {@code contextvars}: {@code capture} is {@code copy_context()}, and {@code Context.run} is
 * {@code Context.run}. There, values are variables of the context and not of a thread, and a pool has no such option.
 */
@FunctionalInterface
public interface ContextPropagation {
    /**
     * Takes what tasks are to see of the thread that calls this.
     *
     * @return what runs a task within that, in any thread
     */
    Context capture();

    /**
     * Hands over the values of some thread-locals: the same objects, not copies of them.
     *
     * <p>While the task runs, its thread has the submitter's values; after it those that it had before. What the task
     * sets is not seen by the submitter, nor by the next task. A thread-local without a value in the submitter's thread
     * is read there, and so gets its initial value; so does one without a value in the task's thread, which keeps that.
     *
     * @param locals the thread-locals
     * @return what hands them over
     */
    static ContextPropagation of(ThreadLocal<?>... locals) {
        return new ThreadLocalContext(List.of(locals));
    }

    /** What was captured. */
    @FunctionalInterface
    interface Context {
        /**
         * Runs a task within this: called in the thread of the task, also by several threads at the same time. It has to
         * run the task once, in the thread that it is called in, before it returns. {@code task} throws nothing:
         * what the user's own task returns or throws goes past this to the future.
         *
         * <p>If this throws, or does not run the task, that is the failure of the task's future.
         *
         * @param task what to run
         */
        void run(Runnable task);
    }
}
