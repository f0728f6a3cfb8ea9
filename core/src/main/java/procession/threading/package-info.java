// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code threading}: what the threads of one process synchronize by, as types of {@code java.util.concurrent}
 * wherever it has the concept.
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
 *   <tr><td>{@link procession.threading.Condition}</td><td>a lock whose owner can wait for a signal</td>
 *       <td>{@link java.util.concurrent.locks.Condition}</td></tr>
 *   <tr><td>{@link procession.threading.Event}</td><td>a flag that threads wait for</td><td></td></tr>
 *   <tr><td>{@link procession.threading.Barrier}</td><td>threads that wait for each other, round by round</td><td></td></tr>
 *   <tr><td>{@link procession.threading.Timer}</td><td>an action that runs later, once or periodically</td><td></td></tr>
 *   <tr><td>{@link procession.threading.Iterators}, {@link procession.threading.SerializedIterator}</td>
 *       <td>iterators that several threads share</td><td>{@link java.util.Iterator}</td></tr>
 * </table>
 *
 * <p>In this package: no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once). A zero or negative timeout
 * does not wait. A call that throws {@link java.lang.InterruptedException} has changed nothing. Each type says in its own
 * documentation what <i>happens-before</i> what. Threads themselves are {@link java.lang.Thread}s.
 */
@NullMarked
package procession.threading;

import org.jspecify.annotations.NullMarked;
