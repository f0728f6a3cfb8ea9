// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import procession.multiprocessing.internal.launch.Rendezvous;
import procession.multiprocessing.internal.os.SelfKill;
import procession.multiprocessing.internal.os.StartMark;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.FrameReader;

/**
 * What a worker JVM runs: connects to its parent, executes the calls that arrive, and ends when the parent says so, or
 * at once when the parent is gone.
 */
public final class WorkerMain {
    /*
     * Overview. Two threads:
     *
     *                      calls (queue)
     *   socket ──► reader ───────────────► tasks: decode, call, encode ──► socket
     *                │
     *                └─ end of stream: the parent is dead ──► SelfKill
     *
     * The reader does nothing but read, so that the death of the parent is seen whatever a task does. It kills this JVM,
     * which runs no hooks: nobody is left who could wait for them, and a task that never ends must not keep this JVM alive.
     * Only the task thread and the shutdown hook write to the socket, each a whole frame under a lock.
     */
    private static final int ENDED_BY_DEATH_OF_PARENT = 70;
    private static final int START_FAILED = 71;
    private static final int SERVICE_FAILED = 72;

    private WorkerMain() {}

    /**
     * Runs a worker.
     *
     * @param arguments the path of the parent's socket, and the name of this worker
     * @throws IOException if the parent can't be reached
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it; where it works, a busy worker ends sooner
    public static void main(String[] arguments) throws IOException {
        Path socket = Path.of(arguments[0]);
        byte[] token = readToken(System.in);
        StartMark mark;
        SocketChannel channel;
        try {
            mark = StartMark.open(Rendezvous.markBeside(socket));
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException parentIsGone) {
            removeMeetingPlace(socket);
            Runtime.getRuntime().halt(START_FAILED);
            throw parentIsGone;
        }
        BlockingQueue<Frame> calls = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> readUntilParentIsGone(channel, calls, socket), "procession-control");
        reader.setDaemon(true);
        reader.setPriority(Thread.MAX_PRIORITY);
        reader.start();
        Answers answers = new Answers(channel);
        answers.send(FrameDescriptor.HELLO, 0, hello(token));
        new TaskThread(() -> serve(new Calls(calls, answers, mark))).start();
        SelfKill.prepare(); // last, because the pool waits for the rest
    }

    private static void serve(Calls calls) {
        try {
            calls.serve();
        } catch (Throwable failure) {
            failure.printStackTrace(); // the parent shows it
            Runtime.getRuntime().halt(SERVICE_FAILED);
        }
        System.exit(0);
    }

    private static byte[] readToken(InputStream in) throws IOException {
        byte[] hex = in.readNBytes(2 * FrameDescriptor.TOKEN_BYTES);
        try {
            return HexFormat.of().parseHex(new String(hex, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException notAToken) {
            throw new IOException("this program is started by a pool of Procession, not by hand", notAToken);
        }
    }

    private static byte[] hello(byte[] token) {
        return ByteBuffer.allocate(FrameDescriptor.HELLO_BYTES)
                .putInt(FrameDescriptor.MAGIC)
                .putInt(FrameDescriptor.VERSION)
                .put(token)
                .array();
    }

    private static void readUntilParentIsGone(SocketChannel channel, BlockingQueue<Frame> calls, Path socket) {
        try {
            FrameReader reader = new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
            int read = 0;
            while (read >= 0) {
                read = reader.read(channel, calls::add);
            }
        } catch (Throwable gone) {
            if (!(gone instanceof IOException)) {
                gone.printStackTrace(); // the parent shows it
            }
        } finally {
            removeMeetingPlace(socket);
            SelfKill.now(ENDED_BY_DEATH_OF_PARENT);
        }
    }

    /** Removes what the parent would have removed, had it lived until this worker had connected. */
    private static void removeMeetingPlace(Path socket) {
        Path directory = socket.getParent();
        if (directory != null) {
            Rendezvous.remove(directory);
        }
    }
}
