// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/** One end of a way by which messages come and go. Any number of threads may use it. */
public interface MessageChannel {
    /**
     * Returns whether messages come out of it.
     *
     * @return whether it can be read
     */
    boolean isReadable();

    /**
     * Returns whether messages go into it.
     *
     * @return whether it can be written
     */
    boolean isWritable();

    /**
     * Sends a message, and waits for room.
     *
     * @param message from its position to its limit
     * @throws IOException if there is no reader any more, or this end is closed or elsewhere
     * @throws InterruptedException if interrupted on entry or while waiting; the message has not been sent then
     */
    void send(ByteBuffer message) throws IOException, InterruptedException;

    /**
     * Receives a message, and waits for it.
     *
     * @param max how long it may be
     * @return the message, or {@code null} if there will be none any more
     * @throws MessageTooLongException if the message is longer; it can still be received
     * @throws IOException if this end is closed or elsewhere
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is lost then
     */
    byte @Nullable [] receive(int max) throws IOException, InterruptedException;

    /**
     * Waits until a message can be received, or there will be none any more.
     *
     * @param deadline until when
     * @return {@code false} if that passed first
     * @throws IOException if this end is closed or elsewhere
     * @throws InterruptedException if interrupted while waiting
     */
    boolean poll(Deadline deadline) throws IOException, InterruptedException;

    /**
     * Returns whether something can be received, or there will be nothing any more.
     *
     * @return whether {@link #receive} would hardly wait
     * @throws IOException if this end is closed or elsewhere
     */
    boolean isReady() throws IOException;

    /**
     * Has a doorbell rung when this becomes ready; whoever asks looks after that whether it is.
     *
     * @param doorbell the doorbell of this process
     * @throws IOException if this end is closed or elsewhere
     */
    void listen(Doorbell doorbell) throws IOException;

    /** Closes this end. The other one still receives what has been sent. Whoever waits at this end gets an exception. */
    void close();

    /**
     * Returns whether this end was closed here.
     *
     * @return whether it was
     */
    boolean isClosed();
}
