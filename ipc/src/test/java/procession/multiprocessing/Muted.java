// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what this JVM prints, the output of workers among it, and keeps the head of its stderr only, while it is open. */
final class Muted implements AutoCloseable {
    private static final int HEAD_BYTES = 1 << 18;

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final AtomicLong printed = new AtomicLong();
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();

    Muted() {
        System.setOut(new PrintStream(new Counter(), false, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new Head(), false, StandardCharsets.UTF_8));
    }

    /** How much went to the standard output. */
    long printedBytes() {
        return printed.get();
    }

    /** The beginning of what went to the standard error. */
    String errHead() {
        return head.toString(StandardCharsets.UTF_8);
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

    private final class Head extends OutputStream {
        @Override
        public void write(int one) {
            if (head.size() < HEAD_BYTES) {
                head.write(one);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (head.size() < HEAD_BYTES) {
                head.write(bytes, offset, length);
            }
        }
    }
}
