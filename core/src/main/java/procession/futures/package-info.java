// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code concurrent.futures}: executors that run tasks elsewhere, and futures of their results.
 *
 * <p>A program is written against {@link procession.futures.Executor} and moves between threads and processes by
 * changing one constructor: {@link procession.futures.ThreadPoolExecutor} here, {@code ProcessPoolExecutor} in
 * {@code procession.multiprocessing}. {@link procession.futures.Task}, {@link procession.futures.Action} and
 * {@link procession.futures.Fn} are the shapes a task has: serializable, and free to throw.
 *
 * <p>In this package: no task, function or item is ever {@code null} ({@link java.lang.NullPointerException}, at once), but a task
 * may return {@code null}. A zero or negative timeout does not wait. A call that throws {@link java.lang.InterruptedException} has
 * changed nothing. Actions before a task is submitted <i>happen-before</i> its execution, whose actions
 * <i>happen-before</i> actions after its result was got.
 */
@NullMarked
package procession.futures;

import org.jspecify.annotations.NullMarked;
