// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code queue}: queues for the threads of one process that can be joined and shut down, each a complete
 * {@link java.util.concurrent.BlockingQueue}.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th><th>Python</th></tr>
 *   <tr><td>{@link procession.queue.WorkQueue}</td><td>the one shape of all queues that can be joined and shut down</td>
 *       <td></td></tr>
 *   <tr><td>{@link procession.queue.Queue}</td><td>first in, first out; bounded or not</td>
 *       <td>{@code queue.Queue}</td></tr>
 *   <tr><td>{@link procession.queue.LifoQueue}</td><td>last in, first out; bounded or not</td>
 *       <td>{@code queue.LifoQueue}</td></tr>
 *   <tr><td>{@link procession.queue.PriorityQueue}</td><td>least first, equal ones in the order in which they came; bounded or
 *       not</td><td>{@code queue.PriorityQueue}</td></tr>
 *   <tr><td>{@link procession.queue.SimpleQueue}</td><td>first in, first out; unbounded, and not to be joined</td>
 *       <td>{@code queue.SimpleQueue}</td></tr>
 *   <tr><td>{@link procession.queue.Full}, {@link procession.queue.Empty}, {@link procession.queue.ShutDown}</td>
 *       <td>why a call could not put or get; unchecked, and of the kinds that the JDK's queues throw</td>
 *       <td>{@code queue.Full}, {@code Empty}, {@code ShutDown}</td></tr>
 * </table>
 *
 * <p>In this package: no element and no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once). A zero or
 * negative timeout does not wait. A call that throws {@link java.lang.InterruptedException} has put or taken nothing. Actions
 * before an element is put <i>happen-before</i> actions after it is taken.
 */
@NullMarked
package procession.queue;

import org.jspecify.annotations.NullMarked;
