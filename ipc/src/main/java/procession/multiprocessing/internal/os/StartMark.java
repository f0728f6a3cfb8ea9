// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * One word of memory that a worker and its parent share, in which the worker writes what it is about to execute.
 *
 * <p>The layout of the mapped file, in the byte order of the machine:
 * <pre>
 *   0                               8
 *   +---+---------------------------+
 *   | F | id of the task started last
 *   +---+---------------------------+
 *     long; 0 before the first
 * </pre>
 * The socket tells what a worker has answered; this tells, after its death, whether it had begun with what it was given:
 * a task that never started is given to another worker, one that had started is never run twice. The kernel keeps the
 * page however the worker dies, and the file can be removed as soon as both have mapped it.
 *
 * <p>F, the highest bit, is the fence: the parent sets it to take back what has not started. The worker starts nothing
 * while it is set, and removes it when it has thrown away what was taken back. Both sides change the word by
 * compare-and-set, so the parent knows in that moment which task is the last to have started, without asking; the worker
 * may be busy, or stopped.
 */
public final class StartMark {
    /** Length of the file. */
    public static final int BYTES = Long.BYTES;

    private static final int WORD_OFFSET = 0;
    private static final long FENCE = Long.MIN_VALUE;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer memory;

    private StartMark(ByteBuffer memory) {
        this.memory = memory.order(ByteOrder.nativeOrder());
    }

    /**
     * Makes the file, which must not exist yet, and maps it.
     *
     * @param file where
     * @return the mark, at 0
     * @throws IOException if it can't be made
     */
    public static StartMark create(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
            channel.write(ByteBuffer.allocate(BYTES)); // allocates the page, so that no later store can fail
            return new StartMark(channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES));
        }
    }

    /**
     * Maps the file that the parent has made; where it made none, the mark is one that nobody reads.
     *
     * @param file where
     * @return the mark
     * @throws IOException if it can't be mapped
     */
    public static StartMark openIfThere(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new StartMark(channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES));
        } catch (NoSuchFileException notMade) {
            return new StartMark(ByteBuffer.allocateDirect(BYTES));
        }
    }

    /**
     * Returns whether a mapped file can be removed while it is mapped; where not, a mark would leave its file behind.
     *
     * @return {@code false} on Windows
     */
    public static boolean isSupported() {
        return File.separatorChar == '/';
    }

    /**
     * Says that a task starts, unless there is a fence; no code of the task runs before this is in memory.
     *
     * @param taskId its id
     * @return {@code false} if it must not start, because the parent has taken it back
     */
    public boolean start(long taskId) {
        long last = word();
        while (last >= 0) {
            if (LONG.compareAndSet(memory, WORD_OFFSET, last, taskId)) {
                return true;
            }
            last = word();
        }
        return false;
    }

    /** Removes the fence; called by the worker, when it has met all that was taken back. */
    public void removeFence() {
        LONG.getAndBitwiseAnd(memory, WORD_OFFSET, ~FENCE);
    }

    /**
     * Lets nothing start from now on; called by the parent.
     *
     * @return the task that was started last, or 0 if none was
     */
    public long fence() {
        return (long) LONG.getAndBitwiseOr(memory, WORD_OFFSET, FENCE) & ~FENCE;
    }

    /**
     * Returns whether the worker has still to meet the fence.
     *
     * @return whether there is one
     */
    public boolean isFenced() {
        return word() < 0;
    }

    /**
     * Returns the task that was started last.
     *
     * @return its id, or 0 if none was
     */
    public long lastStarted() {
        return word() & ~FENCE;
    }

    private long word() {
        return (long) LONG.getVolatile(memory, WORD_OFFSET);
    }
}
