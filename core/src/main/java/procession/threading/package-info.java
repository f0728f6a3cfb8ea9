// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code threading}: locks and semaphores for the threads of one process, as types of
 * {@code java.util.concurrent} wherever it has the concept.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th><th>JDK type</th></tr>
 *   <tr><td>{@link procession.threading.Acquirable}</td><td>the one shape of all of them</td><td></td></tr>
 *   <tr><td>{@link procession.threading.Lock}</td><td>a mutex that any thread may release</td>
 *       <td>{@link java.util.concurrent.locks.Lock}</td></tr>
 *   <tr><td>{@link procession.threading.RLock}</td><td>a re-entrant mutex that its owner releases</td>
 *       <td>{@link java.util.concurrent.locks.Lock}</td></tr>
 *   <tr><td>{@link procession.threading.Semaphore}</td><td>a number of permits without an upper bound</td><td></td></tr>
 *   <tr><td>{@link procession.threading.BoundedSemaphore}</td><td>permits that may not exceed their start</td>
 *       <td></td></tr>
 * </table>
 *
 * <p>In this package: no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once). A zero or negative timeout
 * does not wait. A call that throws {@link java.lang.InterruptedException} has changed nothing. Each type says in its own
 * documentation what <i>happens-before</i> what. Threads themselves are {@link java.lang.Thread}s.
 */
@NullMarked
package procession.threading;

import org.jspecify.annotations.NullMarked;
