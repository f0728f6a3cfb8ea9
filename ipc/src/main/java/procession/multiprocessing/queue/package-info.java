// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code multiprocessing} queues: objects that many processes put, and many processes get, any of which may be killed.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th></tr>
 *   <tr><td>{@link procession.multiprocessing.queue.Queue}</td><td>first in, first out, bounded or not</td></tr>
 *   <tr><td>{@link procession.multiprocessing.queue.JoinableQueue}</td><td>one that knows which tasks are done</td></tr>
 *   <tr><td>{@link procession.multiprocessing.queue.SimpleQueue}</td><td>one that only puts and gets</td></tr>
 * </table>
 *
 * <p>Another process gets a queue by its being captured in a task, or in the action of a
 * {@link procession.multiprocessing.Process}, or by its being sent; there it is the same one. It lives until it is
 * {@linkplain procession.multiprocessing.queue.Queue#destroy() destroyed}, or the process ends that has made it.
 *
 * <p>In this package: no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once), but for the items. A zero
 * or negative timeout does not wait. A call that throws {@link java.lang.InterruptedException} has changed nothing.
 */
@NullMarked
package procession.multiprocessing.queue;

import org.jspecify.annotations.NullMarked;
