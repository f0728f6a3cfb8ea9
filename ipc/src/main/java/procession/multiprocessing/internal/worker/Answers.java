// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** Writes whole frames to the parent on the control channel, from whatever thread. */
final class Answers {
    /*
     * Overview. The interrupt of a thread that writes to a channel closes it, and this process can't live without this one.
     * So each kind of thread has its way to write:
     *
     *   threads of this package   send()          at once: nobody interrupts them
     *   the thread of the tasks   sendForTask()   at once, with interrupts kept off meanwhile
     *   threads of the user's     sendForTask()   through the writer, waiting until it is written
     *   who must not wait         sendLater()     through the writer
     */
    private final SocketChannel channel;
    private final ReentrantLock writing = new ReentrantLock();

    /** What the writer is to write. */
    private final BlockingQueue<Letter> letters = new LinkedBlockingQueue<>();

    /** Guarded by this. */
    private boolean writerIsStarted;

    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Letter(byte type, long taskId, byte[] payload, CompletableFuture<@Nullable Void> written) {}

    Answers(SocketChannel channel) {
        this.channel = channel;
    }

    /** Writes on the calling thread, which nobody may interrupt. */
    void send(byte type, long taskId, byte[] payload) throws IOException {
        OutgoingFrame frame = new OutgoingFrame(type, taskId, payload);
        writing.lock();
        try {
            writeAll(frame, channel);
        } finally {
            writing.unlock();
        }
    }

    /** Writes a frame, unless another thread is stuck in the middle of one. */
    void sendInTime(byte type, byte[] payload, long millis) throws IOException, InterruptedException {
        if (writing.tryLock(millis, TimeUnit.MILLISECONDS)) {
            try {
                writeAll(new OutgoingFrame(type, 0, payload), channel);
            } finally {
                writing.unlock();
            }
        }
    }

    static void writeAll(OutgoingFrame frame, SocketChannel channel) throws IOException {
        boolean written = false;
        while (!written) {
            written = frame.writeTo(channel);
        }
    }

    /** Writes for a caller that may be interrupted at any time, and stays so; returns when it is written. */
    void sendForTask(byte type, long taskId, byte[] payload) throws IOException {
        if (TaskThread.shield()) {
            try {
                send(type, taskId, payload);
            } finally {
                TaskThread.unshield();
            }
        } else {
            try {
                sendLater(type, taskId, payload).join();
            } catch (CompletionException failure) {
                throw new IOException(failure);
            }
        }
    }

    /** Has it written, and returns what tells when. */
    @CanIgnoreReturnValue
    CompletableFuture<@Nullable Void> sendLater(byte type, long taskId, byte[] payload) {
        startWriter();
        CompletableFuture<@Nullable Void> written = new CompletableFuture<>();
        letters.add(new Letter(type, taskId, payload, written));
        return written;
    }

    /** Most workers need none. */
    private synchronized void startWriter() {
        if (!writerIsStarted) {
            OwnThread.start(this::writeLetters, "procession-writer");
            writerIsStarted = true;
        }
    }

    private void writeLetters() {
        while (true) {
            Letter letter = nextLetter();
            try {
                send(letter.type, letter.taskId, letter.payload);
                letter.written.complete(null);
            } catch (IOException | RuntimeException | Error failure) {
                letter.written.completeExceptionally(failure); // the control thread sees the end of the channel, too
            }
        }
    }

    private Letter nextLetter() {
        while (true) {
            try {
                return letters.take();
            } catch (InterruptedException meantForTasks) {
                // whoever interrupts all threads does not mean this one
            }
        }
    }
}
