// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code multiprocessing.Value}: values that the processes of one user share.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.IntValue}, {@link procession.multiprocessing.shared.LongValue},
 *       {@link procession.multiprocessing.shared.DoubleValue}, {@link procession.multiprocessing.shared.BooleanValue}</td>
 *       <td>a value with atomic operations, and a lock for what is more than one of them</td></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.Value}</td><td>what all of these have: the lock</td></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.RawInt}, {@link procession.multiprocessing.shared.RawLong},
 *       {@link procession.multiprocessing.shared.RawDouble}, {@link procession.multiprocessing.shared.RawBoolean}</td>
 *       <td>the value without the lock, also in weaker modes than volatile</td></tr>
 * </table>
 *
 * <p>Another process gets one by its being captured in a task, or in the action of a
 * {@link procession.multiprocessing.Process}; there it is the same value. It can't be written to a file. Where the memory is,
 * how long it lives, and who may share it, is said for the package {@link procession.multiprocessing.sync}.
 *
 * <p>Space is taken when an object is made. If there is none, the constructor says so, and no later store ever faults.
 *
 * <p>In this package: no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once). A zero or negative
 * timeout does not wait. A call that throws {@link java.lang.InterruptedException} has changed nothing.
 */
@NullMarked
package procession.multiprocessing.shared;

import org.jspecify.annotations.NullMarked;
