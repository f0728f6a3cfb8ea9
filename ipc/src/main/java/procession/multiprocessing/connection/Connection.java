// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.connection;

import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.internal.ring.EndPassage;
import procession.multiprocessing.internal.ring.Handovers;
import procession.multiprocessing.internal.ring.MessageChannel;
import procession.multiprocessing.internal.ring.PipeEnd;
import procession.multiprocessing.internal.wire.NotEncodableException;
import procession.multiprocessing.internal.wire.ObjectCodec;

/**
 * One end of a way by which objects and bytes go to another process and come from there, message by message, in the order in
 * which they were sent.
 *
 * <p>Any number of threads may send and receive; a message is never mixed with another. A receiver that waits uses no processor
 * time. A sender waits while the way is full.
 *
 * <p><b>The end.</b> When the other end is closed, or its process has died, whatever it had sent before is still received, whole
 * messages only, and then {@link #recv()} throws {@link EOFException}; to send throws {@link IOException}. A thread that waits hears of a death
 * within 100 ms.
 *
 * <p><b>Passing it on.</b> An end belongs to one process at a time. Capture it in the action of a
 * {@link procession.multiprocessing.Process} or in a task, or send it, and the other process gets it when it arrives there. From
 * {@code start()}, {@code submit} or {@code send} on, this object throws {@link IOException}. To close it then is good style, and does no
 * harm. If the process doesn't start, or the message is not sent, the end stays here; if the process ends before it has taken the
 * end, the end is closed. A task that is tried again in another worker gets the end again.
 *
 * <p>Memory consistency effects: actions in a thread before it sends <i>happen-before</i> actions in the thread that receives
 * that message, after that; in other processes, as far as they are actions on shared memory.
 *
 * <p>Interrupts: a call that throws {@link InterruptedException} has neither sent nor received.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.connection.Connection}, whose {@code EOFError} is {@link EOFException} and whose
 * {@code OSError} is {@link IOException}.
 */
public final class Connection implements AutoCloseable, Serializable {
    private static final long serialVersionUID = 1L;

    private final transient MessageChannel channel;

    Connection(MessageChannel channel) {
        this.channel = channel;
    }

    // ---- objects

    /**
     * Sends an object, and waits while there is no room for it. It is encoded before anything is sent.
     *
     * <p><i>Python:</i> {@code send(obj)}.
     *
     * @param object what can travel, or {@code null}
     * @throws NotTransferableException if it can't travel; nothing is sent then
     * @throws IOException if the other end is closed or its process has died, or this end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is sent then
     */
    public void send(@Nullable Object object) throws IOException, InterruptedException {
        Handovers handovers = Handovers.collect();
        boolean sent = false;
        try (handovers) {
            channel.send(ByteBuffer.wrap(ObjectCodec.encode(object)));
            sent = true;
        } catch (NotEncodableException refused) {
            throw new NotTransferableException(String.valueOf(refused.getMessage()), refused);
        } finally {
            if (!sent) {
                handovers.rollBack();
            }
        }
    }

    /**
     * Waits for a message, and returns the object that was sent.
     *
     * <p><i>Python:</i> {@code recv()}.
     *
     * @return the object, or {@code null} if that was sent
     * @throws EOFException if the other end is closed or its process has died, and all that it sent has been received
     * @throws IOException if the message is no object that this process can have, or this end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is received then
     */
    public @Nullable Object recv() throws IOException, InterruptedException {
        byte[] message = recvBytes();
        try {
            return ObjectCodec.ofCaller().decode(message);
        } catch (ClassNotFoundException missing) {
            throw new IOException("received an object of a class that is not here: " + missing.getMessage(), missing);
        }
    }

    // ---- bytes

    /**
     * Sends bytes as one message, and waits while there is no room for it. The message may be empty.
     *
     * <p><i>Python:</i> {@code send_bytes(buffer)}.
     *
     * @param bytes the message
     * @throws IOException if the other end is closed or its process has died, or this end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is sent then
     */
    public void sendBytes(byte[] bytes) throws IOException, InterruptedException {
        channel.send(ByteBuffer.wrap(bytes));
    }

    /**
     * Sends a part of an array as one message, and waits while there is no room for it.
     *
     * <p><i>Python:</i> {@code send_bytes(buffer, offset, size)}.
     *
     * @param bytes the array
     * @param offset where the message begins
     * @param size how many bytes it has
     * @throws IndexOutOfBoundsException if there is no such part
     * @throws IOException if the other end is closed or its process has died, or this end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is sent then
     */
    public void sendBytes(byte[] bytes, int offset, int size) throws IOException, InterruptedException {
        channel.send(ByteBuffer.wrap(bytes, Objects.checkFromIndexSize(offset, size, bytes.length), size));
    }

    /**
     * Sends what is between the position and the limit of a buffer as one message, and waits while there is no room for it. The
     * position of the buffer stays where it is.
     *
     * @param bytes the buffer
     * @throws IOException if the other end is closed or its process has died, or this end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is sent then
     */
    public void sendBytes(ByteBuffer bytes) throws IOException, InterruptedException {
        channel.send(bytes.duplicate());
    }

    /**
     * Waits for a message, and returns its bytes: what was given to {@link #sendBytes(byte[])}, or the encoded form of an object.
     *
     * <p><i>Python:</i> {@code recv_bytes()}.
     *
     * @return the message
     * @throws EOFException if the other end is closed or its process has died, and all that it sent has been received
     * @throws IOException if this end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is received then
     */
    public byte[] recvBytes() throws IOException, InterruptedException {
        return received(Integer.MAX_VALUE);
    }

    /**
     * Waits for a message, and returns its bytes if there are not too many.
     *
     * <p><i>Python:</i> {@code recv_bytes(maxlength)}, which closes the connection if the message is longer.
     *
     * @param max how many at most
     * @return the message
     * @throws IllegalArgumentException if {@code max} is negative
     * @throws EOFException if the other end is closed or its process has died, and all that it sent has been received
     * @throws IOException if the message is longer, and then it can still be received; or if this end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is received then
     */
    public byte[] recvBytes(int max) throws IOException, InterruptedException {
        if (max < 0) {
            throw new IllegalArgumentException("max = " + max + ": a message has 0 bytes or more");
        }
        return received(max);
    }

    /**
     * Waits for a message, and puts its bytes into a buffer, from its position on, which moves behind them.
     *
     * <p><i>Python:</i> {@code recv_bytes_into(buffer)}, which throws away a message that is too long.
     *
     * @param target where to
     * @return how many bytes the message has
     * @throws EOFException if the other end is closed or its process has died, and all that it sent has been received
     * @throws IOException if the message is longer than what remains in the buffer, and then it can still be received; or if this
     *     end is closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is received then
     */
    public int recvBytesInto(ByteBuffer target) throws IOException, InterruptedException {
        byte[] message = received(target.remaining());
        target.put(message);
        return message.length;
    }

    /**
     * Waits for a message, and puts its bytes into an array, from an offset on.
     *
     * <p><i>Python:</i> {@code recv_bytes_into(buffer, offset)}, which throws away a message that is too long.
     *
     * @param target where to
     * @param offset where in it
     * @return how many bytes the message has
     * @throws IndexOutOfBoundsException if the offset is not in the array
     * @throws EOFException if the other end is closed or its process has died, and all that it sent has been received
     * @throws IOException if the message is longer than the rest of the array, and then it can still be received; or if this end is
     *     closed or not here
     * @throws InterruptedException if interrupted while waiting; nothing is received then
     */
    public int recvBytesInto(byte[] target, int offset) throws IOException, InterruptedException {
        int from = Objects.checkFromToIndex(offset, target.length, target.length);
        return recvBytesInto(ByteBuffer.wrap(target, from, target.length - from));
    }

    /**
     * Waits for a message, and puts its bytes into an array, from its start on.
     *
     * <p><i>Python:</i> {@code recv_bytes_into(buffer)}, which throws away a message that is too long.
     *
     * @param target where to
     * @return how many bytes the message has
     * @throws EOFException if the other end is closed or its process has died, and all that it sent has been received
     * @throws IOException if the message is longer than the array, and then it can still be received; or if this end is closed or
     *     not here
     * @throws InterruptedException if interrupted while waiting; nothing is received then
     */
    public int recvBytesInto(byte[] target) throws IOException, InterruptedException {
        return recvBytesInto(target, 0);
    }

    private byte[] received(int max) throws IOException, InterruptedException {
        byte[] message = channel.receive(max);
        if (message == null) {
            throw new EOFException(
                    "the other end is closed, or its process has ended, and there is nothing left to receive");
        }
        return message;
    }

    // ---- waiting

    /**
     * Returns whether {@link #recv()} would not wait: there is a message, or there will be none any more.
     *
     * <p><i>Python:</i> {@code poll()}.
     *
     * @return {@code true} if so
     * @throws IOException if this end is closed or not here, or does not receive
     * @throws InterruptedException if interrupted on entry
     */
    public boolean poll() throws IOException, InterruptedException {
        return poll(Duration.ZERO);
    }

    /**
     * Waits until {@link #recv()} would not wait, for {@code timeout} at most. A zero or negative timeout does not wait.
     *
     * <p><i>Python:</i> {@code poll(timeout)}.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if there is a message, or there will be none any more; {@code false} if the time elapsed first
     * @throws IOException if this end is closed or not here, or does not receive
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean poll(Duration timeout) throws IOException, InterruptedException {
        Deadline deadline = Deadline.after(Objects.requireNonNull(timeout, "timeout"));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return channel.poll(deadline);
    }

    // ---- its state

    /**
     * Returns whether this end receives.
     *
     * @return {@code false} if it only sends
     */
    public boolean readable() {
        return channel.isReadable();
    }

    /**
     * Returns whether this end sends.
     *
     * @return {@code false} if it only receives
     */
    public boolean writable() {
        return channel.isWritable();
    }

    /**
     * Returns whether this end was closed, here.
     *
     * <p><i>Python:</i> {@code closed}.
     *
     * @return {@code true} after {@link #close()}
     */
    public boolean closed() {
        return channel.isClosed();
    }

    /**
     * Closes this end. The other one still receives what was sent. Threads that wait at this end get an {@link IOException}. Does
     * nothing if it is closed, or belongs to another process by now.
     */
    @Override
    public void close() {
        channel.close();
    }

    /**
     * Returns a text that tells whether it is open.
     *
     * @return for example {@code Connection@1f32e575[open]}
     */
    @Override
    public String toString() {
        return "Connection@" + Integer.toHexString(hashCode()) + "[" + channel + "]";
    }

    MessageChannel channel() {
        return channel;
    }

    /**
     * Lets the place where this is travel instead of this.
     *
     * @return the place
     * @throws ObjectStreamException if it can't travel
     */
    private Object writeReplace() throws ObjectStreamException {
        if (channel instanceof PipeEnd end) {
            String refusal = end.refusal();
            if (refusal != null) {
                throw new NotSerializableException(refusal);
            }
            return new Passage(new EndPassage(end));
        }
        throw new NotSerializableException("a connection over a socket can't travel to another process");
    }

    /**
     * Refuses a stream that was not made by {@link #writeReplace}.
     *
     * @return nothing
     * @throws InvalidObjectException always
     */
    private Object readResolve() throws InvalidObjectException {
        throw new InvalidObjectException("a connection travels as the place where it is");
    }

    /**
     * What travels in its place.
     *
     * @param end where it is
     */
    private record Passage(EndPassage end) implements Serializable {
        /**
         * Takes the end.
         *
         * @return the connection
         * @throws ObjectStreamException if it can't be had
         */
        private Object readResolve() throws ObjectStreamException {
            return new Connection(end.arrive());
        }
    }
}
