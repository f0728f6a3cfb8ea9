// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/**
 * What a pool was built with, as its thread needs it.
 *
 * @param maxWorkers how many workers may run tasks at once
 * @param initializer the encoded initializer, or an encoded {@code null}
 * @param exitHook the encoded exit hook, or an encoded {@code null}
 * @param maxTasksPerChild how many tasks a worker runs before another takes its place; {@code Integer.MAX_VALUE} for any
 *     number
 * @param maxAgeNanos for how long a worker may be there before another takes its place; {@code Long.MAX_VALUE} for ever
 * @param maxMemoryBytes how much memory a worker may have before another takes its place; {@code Long.MAX_VALUE} for any
 * @param startNanos how long a worker may take until it is ready
 * @param idleNanos how long a worker may be idle; {@code Long.MAX_VALUE} for any time
 * @param taskTimeout the timeout of tasks that have none of their own
 * @param ahead how far ahead workers are given tasks
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record PoolOptions(
        int maxWorkers,
        byte[] initializer,
        byte[] exitHook,
        int maxTasksPerChild,
        long maxAgeNanos,
        long maxMemoryBytes,
        long startNanos,
        long idleNanos,
        Optional<Duration> taskTimeout,
        Prefetch.Limits ahead) {
    /** Returns what a worker is told once it has proved that it is ours; the layout is {@link FrameDescriptor}'s. */
    OutgoingFrame init(int rank) {
        ByteBuffer payload = ByteBuffer.allocate(3 * Integer.BYTES + initializer.length + exitHook.length)
                .putInt(rank)
                .putInt(initializer.length)
                .put(initializer)
                .putInt(exitHook.length)
                .put(exitHook);
        return new OutgoingFrame(FrameDescriptor.INIT, 0, payload.array());
    }
}
