// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import procession.multiprocessing.internal.wire.Fetch;
import procession.multiprocessing.internal.wire.Fetched;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.FrameReader;
import procession.testing.Delays;

/** What a worker keeps of its parent's answers. */
class ParentCodeTest {
    private static final int MANY = 25_000;

    @TempDir
    Path directory;

    private final AtomicInteger questions = new AtomicInteger();
    private SocketChannel worker;
    private SocketChannel parent;
    private ParentCode code;
    private Thread answering;

    /** Has a thread that is the parent: it has each resource whose name begins with "there", and that is its content. */
    @BeforeEach
    void connect() throws IOException {
        Path socket = directory.resolve("socket");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            worker = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            parent = listener.accept();
        }
        code = new ParentCode(new Answers(worker));
        answering = new Thread(this::answer, "parent");
        answering.start();
    }

    private void answer() {
        FrameReader reader = new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
        ByteBuffer buffer = FrameReader.newBuffer();
        try {
            int read = 0;
            while (read >= 0) {
                read = reader.read(parent, buffer, this::answer);
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void answer(Frame question) {
        questions.incrementAndGet();
        String name;
        try {
            name = Fetch.decode(Objects.requireNonNull(question.payload())).name();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
        Fetched answer = name.startsWith("there")
                ? new Fetched("", List.of(new Fetched.Resource("", name.getBytes(StandardCharsets.UTF_8))))
                : Fetched.none("there is none");
        code.arrived(new Frame(FrameDescriptor.FETCHED, question.taskId(), answer.encode()));
    }

    @AfterEach
    void disconnect() throws Exception {
        worker.close();
        answering.join(Delays.large().toMillis());
        assertTrue(!answering.isAlive(), "the parent's thread goes on");
        parent.close();
    }

    @Test
    void resourcesAndMissingNames_areAskedForOnce_untilTheyAreForgotten() {
        for (int i = 0; i < 3; i++) {
            assertEquals(1, code.first("there").resources().size());
            assertEquals(0, code.first("not there").resources().size());
        }
        assertEquals(2, questions.get());
        code.forget("there");
        code.forgetMissing();
        assertEquals(0, code.keptNames());
        assertEquals(1, code.first("there").resources().size());
        assertEquals(0, code.first("not there").resources().size());
        assertEquals(4, questions.get());
    }

    @Test
    void namesWithoutEnd_areNotKeptWithoutEnd() {
        for (int i = 0; i < MANY; i++) {
            String name = (i % 2 == 0 ? "there " : "not there ") + i / 2;
            Fetched answer = code.first(name);
            if (i % 2 == 0) {
                assertArrayEquals(
                        name.getBytes(StandardCharsets.UTF_8),
                        answer.resources().get(0).bytes());
            }
        }
        assertTrue(code.keptNames() < MANY, () -> code.keptNames() + " names");
        assertEquals(MANY, questions.get());
        assertEquals(1, code.first("there 0").resources().size());
    }
}
