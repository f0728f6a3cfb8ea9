// SPDX-License-Identifier: Apache-2.0
package procession.internal.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Progress;
import procession.futures.Progress.State;

class TextProgressTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);

    private static State state(long total, long done, long failed, int seconds, boolean closed) {
        return new State(
                total < 0 ? OptionalLong.empty() : OptionalLong.of(total),
                done,
                failed,
                Duration.ofSeconds(seconds),
                closed);
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void line_hasBarRateAndTimes() {
        assertEquals("  0%|                    | 0/100 [00:00<?, ?/s]", TextProgress.line(state(100, 0, 0, 0, false)));
        assertEquals(
                " 42%|########            | 42/100 [00:12<00:16, 3.50/s, 2 failed]",
                TextProgress.line(state(100, 42, 2, 12, false)));
        assertEquals(
                "100%|####################| 100/100 [1:02:03, 37.23 s each]",
                TextProgress.line(state(100, 100, 0, 3723, true)));
        assertEquals("100%|####################| 0/0 [00:00, ?/s]", TextProgress.line(state(0, 0, 0, 0, true)));
    }

    @Test
    void line_withoutATotal_hasNoBar() {
        assertEquals("42 [00:12, 3.50/s]", TextProgress.line(state(-1, 42, 0, 12, false)));
    }

    @Test
    void state_tellsRateAndRemainingTime() {
        assertEquals(2.0, state(10, 4, 0, 2, false).rate());
        assertEquals(
                Optional.of(Duration.ofSeconds(3)), state(10, 4, 0, 2, false).remaining());
        assertEquals(Optional.empty(), state(10, 0, 0, 2, false).remaining());
        assertEquals(Optional.empty(), state(-1, 4, 0, 2, false).remaining());
        assertEquals(Optional.of(Duration.ZERO), state(3, 4, 0, 2, false).remaining());
        assertTrue(state(Long.MAX_VALUE, 1, 0, 1_000_000, false).remaining().isPresent());
    }

    @Test
    void onATerminal_oneLineIsDrawnOver() {
        Progress text = new TextProgress(() -> out, true).begin();
        text.update(state(-1, 1000, 0, 10, false));
        text.update(state(-1, 1, 0, 10, true));
        assertEquals("\r1000 [00:10, 100.00/s]\r1 [00:10, 10.00 s each]\n", shown());
        shown.reset();
        text = text.begin();
        text.update(state(-1, 100, 0, 10, false));
        text.update(state(-1, 100, 0, 90, true));
        assertEquals("\r100 [00:10, 10.00/s]\r100 [01:30, 1.11/s] \n", shown());
    }

    @Test
    void elsewhere_aLineNowAndThen() {
        Progress text = new TextProgress(() -> out, false).begin();
        for (int second = 0; second < 25; second++) {
            text.update(state(100, second + 1, 0, second, false));
        }
        text.update(state(100, 100, 0, 25, true));
        assertEquals(3, shown().lines().count());
        assertTrue(shown().endsWith("100/100 [00:25, 4.00/s]\n"), this::shown);
        assertTrue(!shown().contains("\r"), "no carriage returns");
    }

    @Test
    void standardError_isTheTerminal_ifItIsTheFileThatTheOutputIs(@TempDir Path directory) throws IOException {
        assertTrue(TextProgress.isTerminal(directory.resolve("not there"), true), "it can't be told");
        assertFalse(TextProgress.isTerminal(directory.resolve("not there"), false), "no console");
        Path out = Files.createFile(directory.resolve("1"));
        assertFalse(TextProgress.isTerminal(directory, true), "closed");
        Path err = Files.createFile(directory.resolve("2"));
        assertFalse(TextProgress.isTerminal(directory, true), "2> log");
        Files.delete(err);
        Files.createLink(err, out);
        assertTrue(TextProgress.isTerminal(directory, true), "the same");
        assertFalse(TextProgress.isTerminal(directory, false), "no console");
    }

    @Test
    void bar_usesTheLibrary_whichIsHere() {
        assertInstanceOf(LibraryProgress.class, Progress.bar());
        Progress bar = new LibraryProgress(out);
        Progress one = bar.begin();
        assertNotSame(bar, one);
        one.update(state(-1, 0, 0, 0, false));
        one.update(state(10, 10, 1, 1, true));
        assertTrue(shown().contains("10/10"), this::shown);
        assertTrue(shown().contains("1 failed"), this::shown);
    }
}
