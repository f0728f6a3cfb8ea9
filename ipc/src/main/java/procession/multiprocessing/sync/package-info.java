// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code multiprocessing} locks, semaphores, conditions, events and barriers: what the processes of one user synchronize by, and whose holder may be killed.
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Type</th><th>What it is</th></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.Lock}</td><td>a mutex that any thread of any process may release</td></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.RLock}</td><td>a re-entrant mutex that its owner releases</td></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.Semaphore}</td><td>a number of permits</td></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.BoundedSemaphore}</td>
 *       <td>one that never has more than it started with</td></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.Condition}</td><td>signals to those that wait for a change</td></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.Event}</td><td>a flag that threads of any process wait for</td></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.Barrier}</td><td>a place where threads wait for each other</td></tr>
 *   <tr><td>{@link procession.multiprocessing.sync.OwnerDiedException}</td>
 *       <td>the process that had a lock has died with it</td></tr>
 * </table>
 *
 * <p>Another process gets one of them by its being captured in a task, or in the action of a
 * {@link procession.multiprocessing.Process}; there it is the same one. They can't be written to a file.
 *
 * <p>They live in shared memory, which is given back by {@code destroy()}, or when the process ends that has made them: never
 * because nothing refers to them any more. The processes must be of one user, on one machine, and see the same {@code /dev/shm}
 * (where there is none: the same temporary directory). The system property {@code procession.shared.directory} names another
 * place.
 *
 * <p>On Linux, threads that wait for other processes sleep in the kernel, by JNA; elsewhere, without JNA, with the system property
 * {@code procession.native=false}, and in virtual threads, they look again and again, at intervals that grow to 4 ms. An
 * application of named modules that is to sleep in the kernel has to resolve the module {@code com.sun.jna}.
 *
 * <p>In this package: no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once). A zero or negative
 * timeout does not wait. A call that throws {@link java.lang.InterruptedException} has changed nothing.
 */
@NullMarked
package procession.multiprocessing.sync;

import org.jspecify.annotations.NullMarked;
