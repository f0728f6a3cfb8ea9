// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.InvocationInterceptor.Invocation;

class WedgeDetectorTest {

    private final WedgeDetector detector = new WedgeDetector(Duration.ofMillis(50));

    @Test
    void watch_whenTheTestIsStuck_dumpsAndFails() {
        PrintStream before = System.err;
        var captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            var error = assertThrows(
                    AssertionError.class, () -> detector.watch(body(() -> new CountDownLatch(1).await()), "planted"));
            assertInstanceOf(InterruptedException.class, error.getCause());
        } finally {
            System.setErr(before);
        }
        String dump = captured.toString(StandardCharsets.UTF_8);
        assertTrue(dump.contains("Wedged: planted"), dump);
        assertTrue(dump.contains("WedgeDetectorTest"), dump);
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void watch_whenTheTestIsQuick_doesNothing() throws Throwable {
        new WedgeDetector(Duration.ofMinutes(1)).watch(body(() -> {}), "quick");
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void watch_whenTheTestFails_throwsItsFailure() {
        var failure = new IllegalStateException("planted");
        var thrown = assertThrows(
                IllegalStateException.class,
                () -> new WedgeDetector(Duration.ofMinutes(1))
                        .watch(
                                body(() -> {
                                    throw failure;
                                }),
                                "failing"));
        assertEquals(failure, thrown);
        assertNull(thrown.getCause());
    }

    @SuppressWarnings("NullAway") // JUnit's own type says Void, whose only value is null
    private static Invocation<Void> body(ThreadHarness.Body body) {
        return new Invocation<>() {
            @Override
            public @Nullable Void proceed() throws Throwable {
                body.run();
                return null;
            }
        };
    }
}
