// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code concurrent.futures}: executors that run tasks elsewhere, and futures of their results.
 *
 * <p>A program is written against {@link procession.futures.Executor} and moves between threads and processes by
 * changing one constructor: {@link procession.futures.ThreadPoolExecutor} here, {@code ProcessPoolExecutor} in
 * {@code procession.multiprocessing}. {@link procession.futures.Task}, {@link procession.futures.Action} and
 * {@link procession.futures.Fn} are the shapes a task has: serializable, and free to throw.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th><th>JDK or Guava type</th></tr>
 *   <tr><td>{@link procession.futures.Executor}</td><td>runs tasks elsewhere</td>
 *       <td>{@link com.google.common.util.concurrent.ListeningExecutorService}</td></tr>
 *   <tr><td>{@link procession.futures.ThreadPoolExecutor}</td><td>on threads of this process</td><td></td></tr>
 *   <tr><td>{@link procession.futures.Future}</td><td>the result of one task</td>
 *       <td>{@link com.google.common.util.concurrent.ListenableFuture}</td></tr>
 *   <tr><td>{@link procession.futures.Results}</td><td>the results of {@code map}, in order</td>
 *       <td>{@link java.util.Iterator}</td></tr>
 *   <tr><td>{@link procession.futures.MapOptions}</td><td>how {@code map} goes about it</td><td></td></tr>
 *   <tr><td>{@link procession.futures.Progress}</td><td>shows how far {@code map} has come</td><td></td></tr>
 *   <tr><td>{@link procession.futures.TaskOptions}, {@link procession.futures.TaskOutput}</td>
 *       <td>what a task may do; what it printed</td><td></td></tr>
 *   <tr><td>{@link procession.futures.Outcome}</td><td>a value or a failure</td><td></td></tr>
 *   <tr><td>{@link procession.futures.Futures}</td><td>waits for several futures at once</td><td></td></tr>
 *   <tr><td>{@link procession.futures.BrokenExecutorException}</td><td>the executor can run nothing any more</td>
 *       <td>{@link java.util.concurrent.RejectedExecutionException}</td></tr>
 *   <tr><td>{@link procession.futures.AbstractExecutor}, {@link procession.futures.Promise}</td>
 *       <td>for those who write executors</td><td></td></tr>
 * </table>
 *
 * <p>In this package: no task, function or item is ever {@code null} ({@link java.lang.NullPointerException}, at once), but a task
 * may return {@code null}. A zero or negative timeout does not wait. A call that throws {@link java.lang.InterruptedException} has
 * changed nothing. Actions before a task is submitted <i>happen-before</i> its execution, whose actions
 * <i>happen-before</i> actions after its result was got.
 */
@NullMarked
package procession.futures;

import org.jspecify.annotations.NullMarked;
