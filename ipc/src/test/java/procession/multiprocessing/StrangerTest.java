// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import procession.futures.Future;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.multiprocessing.internal.wire.OutgoingFrame;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** Who connects to a pool's socket without being its worker gets nothing, and keeps nobody out. */
@ExtendWith(LeakCheck.class)
class StrangerTest {
    private final String usual = System.getProperty("java.io.tmpdir");

    @TempDir
    Path directory;

    /** What a stranger sends. */
    enum Opening {
        GARBAGE {
            @Override
            byte[] bytes() {
                byte[] garbage = new byte[1000];
                new Random(1).nextBytes(garbage);
                garbage[0] = -1; // a negative length
                return garbage;
            }
        },
        WRONG_TOKEN {
            @Override
            byte[] bytes() throws Exception {
                return impostor(FrameDescriptor.MAGIC, FrameDescriptor.VERSION);
            }
        },
        WRONG_VERSION {
            @Override
            byte[] bytes() throws Exception {
                return impostor(FrameDescriptor.MAGIC, FrameDescriptor.VERSION + 1);
            }
        },
        NO_HELLO {
            @Override
            byte[] bytes() throws Exception {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                answers(Channels.newChannel(bytes));
                return bytes.toByteArray();
            }
        };

        abstract byte[] bytes() throws Exception;
    }

    private static byte[] impostor(int magic, int version) throws Exception {
        return impostor(FrameDescriptor.HELLO, magic, version);
    }

    private static byte[] impostor(byte type, int magic, int version) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WritableByteChannel channel = Channels.newChannel(bytes);
        byte[] hello = ByteBuffer.allocate(FrameDescriptor.HELLO_BYTES)
                .putInt(magic)
                .putInt(version)
                .array();
        assertTrue(new OutgoingFrame(type, 0, hello).writeTo(channel));
        answers(channel);
        return bytes.toByteArray();
    }

    /** What the worker of the first task would send. */
    private static void answers(WritableByteChannel channel) throws Exception {
        assertTrue(new OutgoingFrame(FrameDescriptor.READY, 0, new byte[0]).writeTo(channel));
        assertTrue(new OutgoingFrame(FrameDescriptor.RESULT, 1, ObjectCodec.encode("forged")).writeTo(channel));
    }

    private Set<Path> meetingPlaces() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(place -> place.resolve("control.sock"))
                    .filter(Files::exists)
                    .collect(Collectors.toSet());
        }
    }

    private SocketChannel connectBeforeTheWorker() throws IOException {
        AtomicReference<SocketChannel> connected = new AtomicReference<>();
        Await.until("a connection", () -> {
            for (Path socket : meetingPlaces()) {
                try {
                    assertEquals(
                            "rwx------",
                            PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.resolveSibling(""))),
                            "nobody else gets here");
                    connected.set(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
                } catch (ConnectException | NoSuchFileException notListeningYetOrNoLonger) {
                    return false;
                }
            }
            return connected.get() != null;
        });
        return Objects.requireNonNull(connected.get());
    }

    /** Other programs' pools meet in the usual directory, and must be left alone. */
    @BeforeEach
    void meetHere() {
        System.setProperty("java.io.tmpdir", directory.toString());
    }

    @AfterEach
    void meetElsewhere() {
        System.setProperty("java.io.tmpdir", usual);
    }

    @ParameterizedTest
    @EnumSource
    void stranger_isSentAway(Opening opening) throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<String> future = pool.submit(() -> "genuine");
            try (SocketChannel stranger = connectBeforeTheWorker()) {
                assertTrue(isSentAway(stranger, opening.bytes()), "was answered");
            }
            assertEquals("genuine", future.result(Delays.large()));
            assertEquals(2, pool.submit(() -> 2).result(Delays.large()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void stranger_isSentAwayByAProcess(Opening opening) throws Exception {
        Mark mark = new Mark(directory, "mark");
        Process process = new Process(mark::addPid);
        process.start();
        try (SocketChannel stranger = connectBeforeTheWorker()) {
            assertTrue(isSentAway(stranger, opening.bytes()), "was answered");
        }
        assertEquals(0, Children.end(process));
        assertEquals(process.pid(), mark.awaitPid());
    }

    /** Between the two connections of a worker. */
    @Test
    void stranger_thatWantsTheCalls_isSentAway() throws Exception {
        byte[] forged = impostor(FrameDescriptor.HELLO_CALLS, FrameDescriptor.MAGIC, FrameDescriptor.VERSION);
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Long> future = pool.submit(Workers::pid);
            SocketChannel holdsUpTheQueue = connectBeforeTheWorker();
            Set<Long> worker = Workers.children();
            SocketChannel stranger;
            try (holdsUpTheQueue) {
                UnixDomainSocketAddress there = (UnixDomainSocketAddress) holdsUpTheQueue.getRemoteAddress();
                Await.until("the worker behind the first stranger", Delays.large(), () -> ends(there.getPath()) == 3);
                stranger = SocketChannel.open(there);
            }
            try (stranger) {
                assertTrue(isSentAway(stranger, forged), "was answered");
            }
            assertEquals(worker, Set.of(future.result(Delays.large())), "no other took its place");
        }
    }

    /** Returns how many sockets have an address: the one that listens, and this side of each connection. */
    private static long ends(Path address) throws IOException {
        try (Stream<String> sockets = Files.lines(Path.of("/proc/net/unix"))) {
            return sockets.filter(socket -> socket.endsWith(" " + address)).count();
        }
    }

    private static boolean isSentAway(SocketChannel stranger, byte[] opening) {
        ByteBuffer bytes = ByteBuffer.wrap(opening);
        try {
            while (bytes.hasRemaining()) {
                stranger.write(bytes);
            }
            return stranger.read(ByteBuffer.allocate(100)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }
}
