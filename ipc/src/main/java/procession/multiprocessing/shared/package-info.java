// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code multiprocessing.Value}, {@code Array} and {@code shared_memory}: data that the processes of one user share.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.IntValue}, {@link procession.multiprocessing.shared.LongValue},
 *       {@link procession.multiprocessing.shared.ShortValue}, {@link procession.multiprocessing.shared.ByteValue},
 *       {@link procession.multiprocessing.shared.CharValue}, {@link procession.multiprocessing.shared.DoubleValue},
 *       {@link procession.multiprocessing.shared.FloatValue}, {@link procession.multiprocessing.shared.BooleanValue}</td>
 *       <td>a {@link procession.multiprocessing.shared.Value} with atomic operations, and a lock for what is more than one of
 *       them</td></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.IntArray}, {@link procession.multiprocessing.shared.LongArray},
 *       {@link procession.multiprocessing.shared.ShortArray}, {@link procession.multiprocessing.shared.ByteArray},
 *       {@link procession.multiprocessing.shared.CharArray}, {@link procession.multiprocessing.shared.DoubleArray},
 *       {@link procession.multiprocessing.shared.FloatArray}, {@link procession.multiprocessing.shared.BooleanArray}</td>
 *       <td>an {@link procession.multiprocessing.shared.Array} with atomic operations on each element, bulk copies and views, and
 *       a lock</td></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.SharedMemory}</td><td>a block of bytes, which has a name</td></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.ShareableList}</td>
 *       <td>a list of a fixed length, whose elements may be texts</td></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.Guarded}</td><td>what all values and arrays have: the lock</td></tr>
 *   <tr><td>{@link procession.multiprocessing.shared.RawInt}, {@link procession.multiprocessing.shared.RawLong},
 *       {@link procession.multiprocessing.shared.RawShort}, {@link procession.multiprocessing.shared.RawByte},
 *       {@link procession.multiprocessing.shared.RawChar}, {@link procession.multiprocessing.shared.RawDouble},
 *       {@link procession.multiprocessing.shared.RawFloat}, {@link procession.multiprocessing.shared.RawBoolean},
 *       {@link procession.multiprocessing.shared.RawIntArray}, {@link procession.multiprocessing.shared.RawLongArray},
 *       {@link procession.multiprocessing.shared.RawShortArray}, {@link procession.multiprocessing.shared.RawByteArray},
 *       {@link procession.multiprocessing.shared.RawCharArray}, {@link procession.multiprocessing.shared.RawDoubleArray},
 *       {@link procession.multiprocessing.shared.RawFloatArray}, {@link procession.multiprocessing.shared.RawBooleanArray}</td>
 *       <td>the value, or the {@link procession.multiprocessing.shared.RawArray}, without the lock, also in weaker modes than
 *       volatile</td></tr>
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
