// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports are taken out of a stream, however that is cut into pieces, and nothing else is. */
class CrashCatcherTest {
    private static final String REPORT = """
            #
            # A fatal error has been detected by the Java Runtime Environment:
            #
            #  SIGSEGV (0xb) at pc=0x00007f913489af14, pid=2198, tid=2199
            #
            # JRE version: OpenJDK Runtime Environment (17.0.15+6)
            # Problematic frame:
            # C  [libc.so.6+0x85f14]
            #
            # Core dump will be written. Default location: /tmp/core
            #
            # If you would like to submit a bug report, please visit:
            #   https://bugs.example.org
            #

            ---------------  S U M M A R Y ------------

            Command Line: -Dpassword=secret Main

            ---------------  T H R E A D  ---------------

            Current thread (0x7f):  JavaThread "procession-tasks" [_thread_in_native, id=2199]

            Stack: [0x1,0x2],  sp=0x3,  free space=8164k
            Native frames: (J=compiled Java code, j=interpreted, Vv=VM code, C=native code)
            C  [libc.so.6+0x85f14]
            Java frames: (J=compiled Java code, j=interpreted, Vv=VM code)
            j  Example.crash()V+0

            siginfo: si_signo: 11 (SIGSEGV), si_code: 1 (SEGV_MAPERR), si_addr: 0x0

            Registers:
            RAX=0x00000000000000ca
            ---------------  S Y S T E M  ---------------
            END.
            """;

    private static final List<String> HEAD = List.of(
            "# A fatal error has been detected by the Java Runtime Environment:",
            "#  SIGSEGV (0xb) at pc=0x00007f913489af14, pid=2198, tid=2199",
            "# JRE version: OpenJDK Runtime Environment (17.0.15+6)",
            "# Problematic frame:",
            "# C  [libc.so.6+0x85f14]",
            "Current thread (0x7f):  JavaThread \"procession-tasks\" [_thread_in_native, id=2199]",
            "Stack: [0x1,0x2],  sp=0x3,  free space=8164k",
            "Native frames: (J=compiled Java code, j=interpreted, Vv=VM code, C=native code)",
            "C  [libc.so.6+0x85f14]",
            "Java frames: (J=compiled Java code, j=interpreted, Vv=VM code)",
            "j  Example.crash()V+0",
            "siginfo: si_signo: 11 (SIGSEGV), si_code: 1 (SEGV_MAPERR), si_addr: 0x0");

    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final CrashCatcher catcher = new CrashCatcher(2198);

    private String pass(String text, int pieceBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        PrintStream notice = new PrintStream(passed, true, StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += pieceBytes) {
            byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + pieceBytes));
            catcher.take(piece, piece.length, notice, passed::write);
        }
        return passed.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64, 8192})
    void report_goesIntoAFile_andTheRestOn(int pieceBytes) throws IOException {
        String text = pass("before\n" + REPORT + "after", pieceBytes);
        catcher.finish(passed::write);
        CrashReport report = Objects.requireNonNull(catcher.report());
        Path file = Objects.requireNonNull(report.file());
        try {
            assertEquals(
                    "before\n#\n# A fatal error has been detected by the Java Runtime Environment:\n"
                            + "# (The rest of this report is in " + file + ")" + System.lineSeparator() + "after",
                    text);
            assertEquals(REPORT, Files.readString(file));
            assertEquals(HEAD, report.head().lines().toList());
            assertTrue(file.getFileName().toString().startsWith("procession-hs_err_pid2198-"), file::toString);
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void report_thatBreaksOff_isKeptAsFarAsItGoes() throws IOException {
        pass(REPORT.substring(0, REPORT.indexOf("Stack:")), 100);
        catcher.finish(passed::write);
        CrashReport report = Objects.requireNonNull(catcher.report());
        Files.delete(Objects.requireNonNull(report.file()));
        assertEquals(HEAD.subList(0, 6), report.head().lines().toList());
    }

    @Test
    void lackOfNativeMemory_isAReportToo() throws IOException {
        pass("""
                #
                # There is insufficient memory for the Java Runtime Environment to continue.
                # Native memory allocation (mmap) failed to map 4096 bytes
                # Possible reasons:
                #   The system is out of physical RAM or swap space
                #
                #  Out of Memory Error (os_linux.cpp:2760), pid=2198, tid=2199
                #
                END.
                """, 8192);
        CrashReport report = Objects.requireNonNull(catcher.report());
        Files.delete(Objects.requireNonNull(report.file()));
        assertTrue(report.head().contains("insufficient memory"), report::head);
    }

    /** Of a JVM that a task has started, say. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8192})
    void reportOfAnotherProcess_isPassedOn(int pieceBytes) throws IOException {
        String other = REPORT.replace("pid=2198", "pid=21980");
        assertEquals("before\n" + other + "after\n", pass("before\n" + other + "after\n", pieceBytes));
        assertNull(catcher.report());
        pass(REPORT, pieceBytes);
        CrashReport report = Objects.requireNonNull(catcher.report());
        Path file = Objects.requireNonNull(report.file());
        assertEquals(REPORT, Files.readString(file));
        Files.delete(file);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8192})
    void noticeOfAReportThatWasCaught_isPassedOn(int pieceBytes) {
        String notice = """
                #
                # A fatal error has been detected by the Java Runtime Environment:
                # (The rest of this report is in /tmp/elsewhere.log)
                after
                """;
        assertEquals(notice, pass(notice, pieceBytes));
        assertNull(catcher.report());
    }

    @Test
    void headWithoutAProcessId_isPassedOn_asSoonAsThatIsSeen() {
        String head = REPORT.substring(0, REPORT.indexOf("#  SIGSEGV"));
        assertEquals(head + "more\n", pass(head + "more\n", 10));
        String endless = head + "# and so on\n".repeat(100);
        passed.reset();
        assertEquals(endless, pass(endless, 10));
        passed.reset();
        pass(head, 10);
        catcher.finish(passed::write);
        assertEquals(head, passed.toString(StandardCharsets.UTF_8));
        assertNull(catcher.report());
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8192})
    void headWithoutAnEndOfLine_isPassedOn_asSoonAsItIsTooLong(int pieceBytes) throws IOException {
        String head = REPORT.substring(0, REPORT.indexOf("#  SIGSEGV"));
        String endless = head + "#".repeat(100_000);
        assertEquals(endless, pass(endless, pieceBytes));
        String more = "and so on\nmore\n";
        assertEquals(endless + more, pass(more, pieceBytes));
        assertNull(catcher.report());
        pass(REPORT, pieceBytes);
        CrashReport report = Objects.requireNonNull(catcher.report());
        Path file = Objects.requireNonNull(report.file());
        assertEquals(REPORT, Files.readString(file));
        Files.delete(file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "#\n",
                "#\n#\n",
                "\n\n#\n# a comment\n",
                "# A fatal error has been detected by the Java Runtime Environment:\n",
                "##\n# A fatal error has been detected by the Java Runtime Environment:\nmore\n",
                "#\n # A fatal error has been detected by the Java Runtime Environment:\nmore\n",
                "#\n# A fatal error has been detected by the Java Runtime Environment: not\nmore",
                "END.\n"
            })
    void whatIsNoReport_isPassedOn(String text) {
        assertEquals(text, pass(text, 3));
        assertNull(catcher.report());
    }

    @Test
    void head_isBounded() {
        StringBuilder text = new StringBuilder(REPORT.substring(0, REPORT.indexOf("Java frames")));
        for (int i = 0; i < 1_000; i++) {
            text.append("C  [lib.so+").append("x".repeat(1_000)).append("]\n");
        }
        String head = CrashReport.head(text.toString().getBytes(StandardCharsets.UTF_8));
        assertEquals(40, head.lines().count());
        assertTrue(head.lines().allMatch(line -> line.length() <= 241));
        assertNotNull(head);
    }
}
