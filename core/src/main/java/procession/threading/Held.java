// SPDX-License-Identifier: Apache-2.0
package procession.threading;

/**
 * One acquisition that is given back when it is closed: what {@link Acquirable#hold()} returns, for a {@code try} header.
 *
 * <p>Closing a second time does nothing, so that no permit can be given back twice by one {@code Held}. It may be
 * closed by another thread where the {@link Acquirable} it came from may be released by another thread.
 *
 * <p><i>Python:</i> what a {@code with} statement keeps for its block.
 */
public interface Held extends AutoCloseable {
    /**
     * Releases what was acquired; does nothing once that has been done. A close that throws has released nothing, and
     * leaves the acquisition to whoever may release it.
     *
     * <p>Memory consistency effects: actions before the call that releases <i>happen-before</i> actions after the next
     * successful acquisition of the same object.
     *
     * @throws IllegalMonitorStateException if only the owning thread may release and this is another one, or if the lock
     *     has been released already by another way than this
     * @throws IllegalStateException if a bounded semaphore has been filled already by another way than this
     */
    @Override
    void close();
}
