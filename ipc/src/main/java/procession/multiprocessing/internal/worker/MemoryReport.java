// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import procession.multiprocessing.internal.wire.FrameDescriptor;

/** Tells the parent how much memory this JVM has taken for its heap, if it wants to know. */
final class MemoryReport {
    private static final boolean WANTED = Boolean.getBoolean("procession.memory.report");
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Owned by the task thread. */
    private static long lastNanos = System.nanoTime() - INTERVAL_NANOS;

    private MemoryReport() {}

    /** Called by the task thread before each answer; says nothing if it has just done so. */
    static void beforeAnswer(CallChannel parent) throws IOException {
        if (WANTED && System.nanoTime() - lastNanos >= INTERVAL_NANOS) {
            lastNanos = System.nanoTime();
            byte[] payload = ByteBuffer.allocate(Long.BYTES)
                    .putLong(Runtime.getRuntime().totalMemory())
                    .array();
            parent.send(FrameDescriptor.MEMORY, 0, payload);
        }
    }
}
