// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.Process;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** Pipes within a process, and between processes of which some are killed. */
@ExtendWith(LeakCheck.class)
class PipeTest {
    private final Pipe pipe = Pipe.open();
    private final Pipe oneWay = Pipe.open(false);

    @AfterEach
    void close() {
        for (Connection end : List.of(pipe.first(), pipe.second(), oneWay.first(), oneWay.second())) {
            end.close();
        }
    }

    private static String messageOf(Class<? extends Throwable> type, Executable call) {
        return String.valueOf(assertThrows(type, call).getMessage());
    }

    // ---- within a process

    @Test
    void send_objectsBothWays_arriveInOrder() throws Exception {
        List<Object> objects = List.of("text", 42, BigInteger.TEN.pow(100), List.of(1, 2), new double[0].getClass());
        for (Object object : objects) {
            pipe.first().send(object);
        }
        pipe.first().send(null);
        pipe.second().send(-1L);
        for (Object object : objects) {
            assertEquals(object, pipe.second().recv());
        }
        assertNull(pipe.second().recv());
        assertEquals(-1L, pipe.first().recv());
    }

    @Test
    void sendBytes_ofEveryLengthAroundTheRing_arriveWhole() throws Exception {
        var random = new Random(1);
        int ring = 1 << 18;
        int[] lengths = {
            0, 1, 7, 8, 9, 4095, ring / 4 - 1, ring / 4, ring / 4 + 1, ring - 8, ring, ring + 1, 3 * ring + 5
        };
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("sender", () -> {
                for (int round = 0; round < 3; round++) {
                    for (int length : lengths) {
                        byte[] message = new byte[length];
                        Arrays.fill(message, (byte) (length + round));
                        pipe.first().sendBytes(message);
                    }
                }
            });
            for (int round = 0; round < 3; round++) {
                for (int length : lengths) {
                    byte[] expected = new byte[length];
                    Arrays.fill(expected, (byte) (length + round));
                    if (random.nextBoolean()) {
                        Await.until("a message", Delays.large(), () -> polled(pipe.second()));
                    }
                    assertArrayEquals(expected, pipe.second().recvBytes());
                }
            }
        }
    }

    private static boolean polled(Connection end) {
        try {
            return end.poll();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sendBytes_ofAPart_sendsThat() throws Exception {
        byte[] bytes = {1, 2, 3, 4, 5};
        pipe.first().sendBytes(bytes, 1, 3);
        var buffer = ByteBuffer.wrap(bytes, 3, 2);
        pipe.first().sendBytes(buffer);
        assertEquals(3, buffer.position());
        assertArrayEquals(new byte[] {2, 3, 4}, pipe.second().recvBytes());
        byte[] target = new byte[4];
        assertEquals(2, pipe.second().recvBytesInto(target, 1));
        assertArrayEquals(new byte[] {0, 4, 5, 0}, target);
        for (int[] wrong : new int[][] {{-1, 2}, {0, 6}, {5, 1}, {2, -1}}) {
            assertThrows(IndexOutOfBoundsException.class, () -> pipe.first().sendBytes(bytes, wrong[0], wrong[1]));
        }
        assertFalse(pipe.second().poll());
    }

    @Test
    void recvBytes_ofALongerMessage_leavesIt() throws Exception {
        pipe.first().sendBytes(new byte[100]);
        assertTrue(
                messageOf(IOException.class, () -> pipe.second().recvBytes(99)).contains("100 bytes"));
        assertThrows(IOException.class, () -> pipe.second().recvBytesInto(new byte[99]));
        assertThrows(IOException.class, () -> pipe.second().recvBytesInto(ByteBuffer.allocate(99)));
        assertEquals(100, pipe.second().recvBytes(100).length);
        assertTrue(messageOf(IllegalArgumentException.class, () -> pipe.second().recvBytes(-5))
                .contains("max = -5"));
    }

    @Test
    void send_whatCantTravel_sendsNothing() throws Exception {
        assertThrows(NotTransferableException.class, () -> pipe.first().send(new Object()));
        assertThrows(NotTransferableException.class, () -> pipe.first().send(pipe));
        assertFalse(pipe.second().poll(Delays.brief()));
    }

    @Test
    void oneWay_refusesTheOtherWay() throws Exception {
        assertTrue(oneWay.first().readable());
        assertFalse(oneWay.first().writable());
        assertFalse(oneWay.second().readable());
        assertTrue(oneWay.second().writable());
        oneWay.second().send("there");
        assertEquals("there", oneWay.first().recv());
        assertTrue(messageOf(IOException.class, () -> oneWay.first().send(1)).contains("receiving only"));
        assertTrue(messageOf(IOException.class, () -> oneWay.second().recv()).contains("sending only"));
        assertThrows(IOException.class, () -> oneWay.second().poll());
    }

    @Test
    void recv_afterTheOtherEndClosed_getsTheRestAndThenTheEnd() throws Exception {
        pipe.first().send(1);
        pipe.first().close();
        pipe.first().close();
        assertTrue(pipe.first().closed());
        assertThrows(IOException.class, () -> pipe.first().send(2));
        assertThrows(IOException.class, () -> pipe.first().recv());
        assertEquals(1, pipe.second().recv());
        assertTrue(pipe.second().poll());
        assertThrows(EOFException.class, () -> pipe.second().recv());
        assertTrue(messageOf(IOException.class, () -> pipe.second().send(3)).contains("broken pipe"));
    }

    @Test
    void close_whileThreadsWait_endsTheirWaits() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start(
                    "theirs",
                    () -> assertThrows(EOFException.class, () -> oneWay.first().recv())));
            Await.blocked(threads.start(
                    "ours",
                    () -> assertThrows(IOException.class, () -> pipe.second().recv())));
            Await.blocked(threads.start(
                    "sender",
                    () -> assertThrows(IOException.class, () -> {
                        while (true) {
                            pipe.second().sendBytes(new byte[10_000]);
                        }
                    })));
            oneWay.second().close();
            pipe.second().close();
        }
    }

    @Test
    void send_whenTheRingIsFull_waitsAndCanBeInterrupted() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            Thread sender = threads.start(
                    "sender",
                    () -> assertThrows(
                            InterruptedException.class, () -> pipe.first().sendBytes(new byte[1 << 20])));
            Await.blocked(sender);
            sender.interrupt();
        }
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("sender", () -> pipe.first().send("whole"));
            assertEquals("whole", pipe.second().recv(), "and nothing of what was broken off");
        }
        assertFalse(pipe.second().poll());
    }

    @Test
    void recv_thatIsInterruptedInTheMiddle_losesNothing() throws Exception {
        byte[] large = new byte[1 << 20];
        new Random(2).nextBytes(large);
        try (var threads = new ThreadHarness(Delays.large())) {
            Thread receiver = threads.start(
                    "receiver",
                    () -> assertThrows(
                            InterruptedException.class, () -> pipe.second().recvBytes()));
            Await.blocked(receiver);
            receiver.interrupt();
        }
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("sender", () -> pipe.first().sendBytes(large));
            assertArrayEquals(large, pipe.second().recvBytes());
        }
    }

    @Test
    void send_byManyThreads_keepsMessagesApart() throws Exception {
        int each = 500;
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < 4; i++) {
                byte sign = (byte) i;
                threads.start("sender-" + i, () -> {
                    for (int n = 0; n < each; n++) {
                        byte[] message = new byte[n * 300];
                        Arrays.fill(message, sign);
                        pipe.first().sendBytes(message);
                    }
                });
            }
            int[] next = new int[4];
            byte last = 0;
            for (int n = 0; n < 4 * each; n++) {
                byte[] message = pipe.second().recvBytes();
                for (byte b : message) {
                    assertEquals(message[0], b);
                }
                last = message.length == 0 ? last : message[0];
                if (message.length > 0) {
                    assertTrue(message.length / 300 > next[message[0]], "in order for each sender");
                    next[message[0]] = message.length / 300;
                }
            }
            assertArrayEquals(new int[] {each - 1, each - 1, each - 1, each - 1}, next);
        }
        assertFalse(pipe.second().poll());
    }

    @Test
    void poll_waitsForAMessage() throws Exception {
        assertFalse(pipe.second().poll());
        assertFalse(pipe.second().poll(Delays.brief()));
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("poller", () -> assertTrue(pipe.second().poll(Delays.large()))));
            pipe.first().sendBytes(new byte[0]);
        }
        assertTrue(pipe.second().poll());
        assertEquals(0, pipe.second().recvBytes().length);
        assertFalse(pipe.second().poll());
    }

    @Test
    void writeObject_toAFile_isRefused() throws Exception {
        try (var stream = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertTrue(messageOf(NotSerializableException.class, () -> stream.writeObject(pipe.first()))
                    .contains("can't be stored"));
        }
        pipe.first().send("still here");
        assertEquals("still here", pipe.second().recv());
    }

    // ---- between processes

    @Test
    void pingPong_withAChild() throws Exception {
        Connection theirs = pipe.second();
        var process = new Process(() -> {
            while (theirs.recv() instanceof Integer number && number > 0) {
                theirs.send(number - 1);
            }
            theirs.send("done");
        });
        process.start();
        theirs.close();
        Connection ours = pipe.first();
        for (int number = 1000; number > 0; number--) {
            ours.send(number);
            assertEquals(number - 1, ours.recv());
        }
        ours.send(0);
        assertEquals("done", ours.recv());
        assertThrows(EOFException.class, ours::recv);
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
    }

    @Test
    void recv_fromAChildThatIsKilled_getsWhatItSent() throws Exception {
        Connection theirs = pipe.second();
        var process = new Process(() -> {
            theirs.send(1);
            theirs.sendBytes(new byte[1 << 20]); // more than fits: it is killed in the middle
            new CountDownLatch(1).await();
        });
        process.start();
        assertEquals(1, pipe.first().recv());
        assertTrue(pipe.first().poll(Delays.large()));
        process.kill();
        assertTrue(process.join(Delays.large()));
        assertThrows(EOFException.class, () -> pipe.first().recv());
        assertTrue(messageOf(IOException.class, () -> pipe.first().send(2)).contains("broken pipe"));
    }

    @Test
    void recv_whileTheChildIsKilled_ends() throws Exception {
        Connection theirs = pipe.second();
        var process = new Process(() -> {
            theirs.send("ready");
            new CountDownLatch(1).await();
        });
        process.start();
        assertEquals("ready", pipe.first().recv());
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start(
                    "receiver",
                    () -> assertThrows(EOFException.class, () -> pipe.first().recv())));
            process.kill();
        }
        assertTrue(process.join(Delays.large()));
    }

    @Test
    void end_thatIsElsewhere_worksThereOnly() throws Exception {
        Connection theirs = pipe.second();
        var process = new Process(() -> theirs.send(theirs.recv()));
        process.start();
        pipe.first().send("there");
        assertEquals("there", pipe.first().recv());
        assertTrue(messageOf(IOException.class, () -> theirs.send(1)).contains("handed over"));
        assertThrows(IOException.class, theirs::recv);
        assertTrue(process.join(Delays.large()));
    }

    @Test
    void end_ofAProcessThatCantStart_staysHere() throws Exception {
        Connection theirs = pipe.second();
        var process = Process.builder(() -> theirs.send(1))
                .directory(Path.of("/no/such/directory"))
                .build();
        assertThrows(RuntimeException.class, process::start);
        theirs.send(2);
        assertEquals(2, pipe.first().recv());
    }

    @Test
    void end_ofAProcessThatEndsBeforeItHasIt_isClosed() throws Exception {
        Connection theirs = pipe.second();
        var process = Process.builder(() -> theirs.send(1))
                .jvmOptions("-XX:NoSuchOption")
                .build();
        process.start();
        assertTrue(process.join(Delays.large()));
        assertThrows(EOFException.class, () -> pipe.first().recv());
    }

    @Test
    void end_sentOverAnotherPipe_worksThere() throws Exception {
        Connection theirs = pipe.second();
        Connection sent = oneWay.second();
        var process = new Process(() -> {
            var got = (Connection) Objects.requireNonNull(theirs.recv());
            got.send("through the other one");
        });
        process.start();
        pipe.first().send(sent);
        sent.close();
        assertEquals("through the other one", oneWay.first().recv());
        assertTrue(process.join(Delays.large()));
        assertThrows(EOFException.class, () -> oneWay.first().recv());
    }

    @Test
    void end_thatComesBack_worksInItsNewObjectOnly() throws Exception {
        oneWay.second().send(pipe.second());
        var back = (Connection) Objects.requireNonNull(oneWay.first().recv());
        assertThrows(IOException.class, () -> pipe.second().send(1));
        assertThrows(IOException.class, () -> pipe.second().recv());
        pipe.second().close();
        back.send("back");
        assertEquals("back", pipe.first().recv());
        back.close();
        assertThrows(EOFException.class, () -> pipe.first().recv());
    }

    @Test
    void end_inAMessageThatIsNotSent_staysHere() throws Exception {
        assertThrows(NotTransferableException.class, () -> oneWay.second().send(List.of(pipe.second(), new Object())));
        oneWay.first().close();
        assertThrows(IOException.class, () -> oneWay.second().send(pipe.second()));
        assertThrows(IOException.class, () -> pipe.second().send(pipe.second()), "an end can't carry itself");
        pipe.second().send("here");
        assertEquals("here", pipe.first().recv());
        pipe.second().close();
        assertThrows(EOFException.class, () -> pipe.first().recv());
    }

    @Test
    void recv_whileTheEndIsPassedOn_ends() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start(
                    "receiver",
                    () -> assertThrows(IOException.class, () -> pipe.second().recv())));
            oneWay.second().send(pipe.second());
        }
        ((Connection) Objects.requireNonNull(oneWay.first().recv())).close();
    }

    @Test
    void poll_whenTheMessageWasBrokenOff_isFalse() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            Thread sender = threads.start(
                    "sender",
                    () -> assertThrows(
                            InterruptedException.class, () -> pipe.first().sendBytes(new byte[1 << 20])));
            Await.blocked(sender);
            sender.interrupt();
        }
        assertFalse(pipe.second().poll());
        pipe.first().send("next");
        assertTrue(pipe.second().poll());
        assertEquals("next", pipe.second().recv());
    }

    @Test
    void end_capturedByATask_worksThere() throws Exception {
        Connection theirs = pipe.second();
        try (var executor = new ProcessPoolExecutor(1)) {
            var future = executor.submit(() -> {
                theirs.send("from the task");
                return (Integer) theirs.recv();
            });
            assertEquals("from the task", pipe.first().recv());
            pipe.first().send(7);
            assertEquals(7, future.result());
        }
    }
}
