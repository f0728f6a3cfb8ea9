// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what this JVM prints, the output of workers among it, and keeps none of it, for as long as it is open. */
final class Muted implements AutoCloseable {
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final AtomicLong printed = new AtomicLong();

    Muted() {
        System.setOut(new PrintStream(new Counter(), false, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }

    /** How much went to the standard output. */
    long printedBytes() {
        return printed.get();
    }

    @Override
    public void close() {
        System.setOut(out);
        System.setErr(err);
    }

    private final class Counter extends OutputStream {
        @Override
        public void write(int one) {
            printed.incrementAndGet();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            printed.addAndGet(length);
        }
    }
}
