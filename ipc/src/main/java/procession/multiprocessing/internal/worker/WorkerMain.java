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
            mark = StartMark.openIfThere(Rendezvous.markBeside(socket));
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException parentIsGone) {
            removeMeetingPlace(socket);
            Runtime.getRuntime().halt(START_FAILED);
            throw parentIsGone;
        }
        BlockingQueue<Frame> calls = new LinkedBlockingQueue<>();
        Answers answers = new Answers(channel);
        StartGate gate = new StartGate(mark);
        TaskThread tasks = new TaskThread(() -> serve(new Calls(calls, answers, gate)));
        Control control = new Control(channel, socket, calls, answers, gate, tasks);
        Thread reader = new Thread(control, "procession-control");
        reader.setDaemon(true);
        reader.setPriority(Thread.MAX_PRIORITY);
        reader.start();
        answers.send(FrameDescriptor.HELLO, 0, hello(token));
        tasks.start();
        SelfKill.prepare(); // last, because the pool waits for the rest
    }

    private static void serve(Calls calls) {
        try {
            calls.serve();
        } catch (Throwable failure) {
            try {
                failure.printStackTrace(); // the parent shows it
            } finally {
                Runtime.getRuntime().halt(SERVICE_FAILED);
            }
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

    /** Removes what the parent would have removed, had it lived until this worker had connected. */
    static void removeMeetingPlace(Path socket) {
        Path directory = socket.getParent();
        if (directory != null) {
            Rendezvous.remove(directory);
        }
    }
}
