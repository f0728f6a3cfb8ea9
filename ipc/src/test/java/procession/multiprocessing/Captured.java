// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import procession.testing.Await;

/** Takes what this JVM prints, the output of workers among it, for as long as it is open. */
final class Captured implements AutoCloseable {
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream capturedOut = new ByteArrayOutputStream();
    private final ByteArrayOutputStream capturedErr = new ByteArrayOutputStream();

    Captured() {
        System.setOut(new PrintStream(capturedOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(capturedErr, true, StandardCharsets.UTF_8));
    }

    String out() {
        return capturedOut.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return capturedErr.toString(StandardCharsets.UTF_8);
    }

    void awaitOut(String text) {
        Await.until(text + " on stdout", () -> out().contains(text));
    }

    void awaitErr(String text) {
        Await.until(text + " on stderr", () -> err().contains(text));
    }

    @Override
    public void close() {
        System.setOut(out);
        System.setErr(err);
    }
}
