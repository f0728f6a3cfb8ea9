// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code multiprocessing.connection}: messages between processes.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th></tr>
 *   <tr><td>{@link procession.multiprocessing.connection.Pipe}</td><td>two connected ends, for this process and its children</td></tr>
 *   <tr><td>{@link procession.multiprocessing.connection.Connection}</td><td>one end, which sends and receives</td></tr>
 *   <tr><td>{@link procession.multiprocessing.connection.Connections}</td><td>waits for several of them</td></tr>
 * </table>
 *
 * <p>In this package: no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once), but for the objects
 * that are sent. A zero or negative timeout does not wait.
 */
@NullMarked
package procession.multiprocessing.connection;

import org.jspecify.annotations.NullMarked;
