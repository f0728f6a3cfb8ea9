// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import procession.multiprocessing.internal.launch.ArgumentFile;
import procession.multiprocessing.internal.launch.Rendezvous;
import procession.multiprocessing.internal.launch.UnpackedCode;
import procession.multiprocessing.internal.launch.WorkerSizing;
import procession.multiprocessing.internal.os.SelfKill;
import procession.multiprocessing.internal.os.Signals;
import procession.multiprocessing.internal.os.StartMark;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.Hello;

/**
 * What a worker JVM runs: connects to its parent, executes the calls that arrive, and ends when the parent says so, or
 * at once when the parent is gone.
 */
public final class WorkerMain {
    /*
     * Overview. Two threads, each with a connection of its own to the parent:
     *
     *   control socket ◄─► control: first order, FREEZE, end of stream ──► SelfKill
     *                         │ INIT or RUN                 (the parent is dead)
     *                         ▼
     *   calls' socket  ◄─► tasks: read, decode, call, encode, write
     *
     * The task thread waits for its calls and writes its answers itself, so that there is no other thread between a task
     * and the parent. The control thread does nothing but read, so that the death of the parent is seen whatever a task
     * does. It kills this JVM, which runs no hooks: nobody is left who could wait for them, and a task that never ends must
     * not keep this JVM alive.
     *
     * A process that is told to RUN instead of to INIT has no calls, and no second connection.
     */
    private static final int START_FAILED = 71;
    private static final int SERVICE_FAILED = 72;
    private static final int MAX_PATH_BYTES = 4096;

    private WorkerMain() {}

    /**
     * Runs a worker.
     *
     * @param arguments the name of this worker, and the file with its options if there is one
     * @throws IOException if the parent can't be reached
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it; where it works, a busy worker ends sooner
    public static void main(String[] arguments) throws IOException {
        Signals.surviveTerminal(); // first, because until then Ctrl-C ends this process
        System.setProperty(WorkerSizing.CHILD, "true"); // for pools in here, which share what this process was given
        // Windows' launcher replaces a name with wildcards by the names of files, which are not ours to delete.
        if (arguments.length == 2 && arguments[1].endsWith(ArgumentFile.ENDING)) {
            Files.deleteIfExists(Path.of(arguments[1]));
        }
        byte[] token = new byte[FrameDescriptor.TOKEN_BYTES];
        Path socket = readIntroduction(System.in, token);
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
        BlockingQueue<Frame> orders = new LinkedBlockingQueue<>();
        Answers answers = new Answers(channel);
        ReentrantLock answering = new ReentrantLock();
        StartGate gate = new StartGate(mark);
        LogLink.open(answers, gate);
        ParentCode parentCode = new ParentCode(answers);
        // No lambda: the first of so many variables costs a JVM milliseconds.
        TaskThread tasks = new TaskThread(new Runnable() {
            @Override
            public void run() {
                serve(new Calls(orders, answers, answering, gate, parentCode), socket, token);
            }
        });
        Control control =
                new Control(channel, socket, orders, gate, parentCode, new Whereabouts(answers, answering, tasks));
        Thread reader = new OwnThread(control, "procession-control");
        reader.setDaemon(true);
        reader.setPriority(Thread.MAX_PRIORITY);
        reader.start();
        Runtime.getRuntime().addShutdownHook(new OwnThread(new Farewell(answers, answering), "procession-goodbye"));
        answers.send(FrameDescriptor.HELLO, 0, Hello.encode(token));
        tasks.start();
        SelfKill.prepare(); // last, because the pool waits for the rest
    }

    private static void serve(Calls calls, Path socket, byte[] token) {
        try {
            calls.serve(socket, token);
        } catch (Throwable failure) {
            try {
                failure.printStackTrace(); // the parent shows it
            } finally {
                Runtime.getRuntime().halt(SERVICE_FAILED);
            }
        }
        System.exit(0);
    }

    /** Reads what the parent writes to the standard input, which is empty after that: the socket, later the token. */
    private static Path readIntroduction(InputStream in, byte[] token) throws IOException {
        DataInputStream introduction = new DataInputStream(in); // without a buffer that would take more than its share
        Path socket = null;
        try {
            byte[] path = new byte[Math.min(introduction.readInt(), MAX_PATH_BYTES)];
            introduction.readFully(path);
            socket = Path.of(new String(path, StandardCharsets.UTF_8));
            introduction.readFully(token);
            return socket;
        } catch (EOFException | NegativeArraySizeException | InvalidPathException nobody) {
            if (socket == null) {
                UnpackedCode.removeOfParent();
            } else {
                removeMeetingPlace(socket);
            }
            throw new IOException("this program is started by Procession, not by hand; or its parent is gone", nobody);
        }
    }

    /** Removes what the parent would have removed, had it lived until this worker had connected. */
    static void removeMeetingPlace(Path socket) {
        UnpackedCode.removeOfParent();
        Path directory = socket.getParent();
        if (directory != null) {
            Rendezvous.remove(directory);
        }
    }
}
