// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.ring.Doorbell;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

@ExtendWith({ConnectionsTest.DoorbellFirst.class, LeakCheck.class})
class ConnectionsTest {
    /** Makes what a process keeps once it has waited for several things, so that it is there before and after. */
    static final class DoorbellFirst implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            assertNotNull(Doorbell.get());
        }
    }

    private static List<Pipe> pipes(int count) {
        return IntStream.range(0, count).mapToObj(i -> Pipe.open(false)).toList();
    }

    private static List<Connection> receivers(List<Pipe> pipes) {
        return pipes.stream().map(Pipe::first).toList();
    }

    private static void close(List<Pipe> pipes) {
        for (Pipe pipe : pipes) {
            pipe.first().close();
            pipe.second().close();
        }
    }

    @Test
    void wait_returnsThoseThatAreReady_inOrder() throws Exception {
        List<Pipe> pipes = pipes(4);
        List<Connection> receivers = receivers(pipes);
        assertEquals(List.of(), Connections.wait(receivers, Delays.brief()));
        assertEquals(List.of(), Connections.wait(List.of()));
        pipes.get(3).second().send(1);
        pipes.get(1).second().close();
        assertEquals(List.of(receivers.get(1), receivers.get(3)), Connections.wait(receivers));
        close(pipes);
    }

    @Test
    void wait_isWokenByAMessage_aClose_andAnInterrupt() throws Exception {
        List<Pipe> pipes = pipes(3);
        List<Connection> receivers = receivers(pipes);
        try (var threads = new ThreadHarness(Delays.large())) {
            Thread message = threads.start(
                    "message",
                    () -> assertEquals(List.of(receivers.get(0)), Connections.wait(receivers.subList(0, 1))));
            Thread close = threads.start(
                    "close", () -> assertEquals(List.of(receivers.get(1)), Connections.wait(receivers.subList(1, 2))));
            Thread interrupt = threads.start(
                    "interrupt",
                    () -> assertThrows(InterruptedException.class, () -> Connections.wait(receivers.subList(2, 3))));
            Await.blocked(message);
            Await.blocked(close);
            Await.blocked(interrupt);
            interrupt.interrupt();
            pipes.get(0).second().send(1);
            pipes.get(1).second().close();
        }
        close(pipes);
    }

    @Test
    void wait_ofWhatCantBeAwaited_saysSo() {
        Pipe pipe = Pipe.open(false);
        assertThrows(IllegalArgumentException.class, () -> Connections.wait(List.of("text")));
        assertThrows(UncheckedIOException.class, () -> Connections.wait(List.of(pipe.second())));
        pipe.first().close();
        assertThrows(UncheckedIOException.class, () -> Connections.wait(List.of(pipe.first())));
        pipe.second().close();
        assertThrows(IllegalStateException.class, () -> Connections.wait(List.of(new Process(() -> {}))));
    }

    @Test
    void wait_forChildren_hearsOfMessagesAndOfDeath() throws Exception {
        List<Pipe> pipes = pipes(2);
        List<Process> processes = new ArrayList<>();
        for (Pipe pipe : pipes) {
            Connection theirs = pipe.second();
            var process = new Process(() -> {
                theirs.send("ready");
                new CountDownLatch(1).await();
            });
            process.start();
            processes.add(process);
        }
        List<Object> left = new ArrayList<>(receivers(pipes));
        while (!left.isEmpty()) {
            for (Object ready : Connections.wait(left, Delays.large())) {
                assertEquals("ready", ((Connection) ready).recv());
                left.remove(ready);
            }
        }
        List<Object> all = List.of(
                receivers(pipes).get(0),
                receivers(pipes).get(1),
                processes.get(0).sentinel(),
                processes.get(1));
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> {
                List<Object> ready = Connections.wait(all);
                assertTrue(ready.contains(all.get(1)) || ready.contains(all.get(3)), ready::toString);
                assertTrue(!ready.contains(all.get(0)) && !ready.contains(all.get(2)), ready::toString);
            }));
            processes.get(1).kill();
        }
        processes.get(0).kill();
        for (Process process : processes) {
            assertTrue(process.join(Delays.large()));
        }
        for (Object each : all) { // join() may be some milliseconds ahead of them
            assertEquals(List.of(each), Connections.wait(List.of(each), Delays.large()));
        }
        assertEquals(all, Connections.wait(all));
        close(pipes);
    }

    @Test
    void wait_forAThousand_hearsOfTheOne() throws Exception {
        System.setProperty("procession.pipe.bytes", "4096"); // so that it takes no 256 MiB
        List<Pipe> pipes;
        try {
            pipes = pipes(1000);
        } finally {
            System.clearProperty("procession.pipe.bytes");
        }
        List<Connection> receivers = receivers(pipes);
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start(
                    "waiter", () -> assertEquals(List.of(receivers.get(777)), Connections.wait(receivers))));
            pipes.get(777).second().send("here");
        }
        close(pipes);
    }
}
