// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code multiprocessing}: tasks in other JVMs, which can be killed and can die without taking this one along.
 *
 * <p>How a task travels:
 * <pre>
 *   caller            a turn: by the caller or the pool thread        worker JVM
 *   ──────            ────────────────────────────────────────        ──────────
 *   submit ─encode──► mailbox ──► pending ──► assigned to a worker ─► decode, call
 *      ▲                                        │  private connections   │
 *      │                                        ▼  for each worker       ▼
 *   result() ◄─────── decode on the results thread ◄──────────────── encode
 *
 *   worker's stdout, stderr ──► two pump threads ──► System.out, System.err; the tail goes into WorkerDiedException
 * </pre>
 * The parent alone assigns tasks, and records who has what before the bytes leave. When a worker dies, the task without
 * an answer that it was given first fails, and everything else goes on.
 *
 * <p>A {@link procession.multiprocessing.Process} is a JVM for one action: it gets that over a socket of the same kind, says
 * goodbye before it exits, and kills itself when the socket ends, which the death of its parent brings about.
 *
 * <p>In this package: no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once), but a task may return
 * {@code null}. Actions before a task is submitted <i>happen-before</i> its execution in the worker as far as what it
 * captured goes, and its execution <i>happens-before</i> actions after its result was got; nothing else is shared.
 */
@NullMarked
package procession.multiprocessing;

import org.jspecify.annotations.NullMarked;
