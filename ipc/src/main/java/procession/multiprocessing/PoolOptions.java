// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.time.Duration;
import java.util.Optional;

/**
 * What a pool was built with, as its thread needs it.
 *
 * @param maxWorkers how many workers may run tasks at once
 * @param initializer the encoded initializer, or an encoded {@code null}
 * @param exitHook the encoded exit hook, or an encoded {@code null}
 * @param maxTasksPerChild how many tasks a worker runs before another takes its place; {@code Integer.MAX_VALUE} for any
 *     number
 * @param startNanos how long a worker may take until it is ready
 * @param idleNanos how long a worker may be idle; {@code Long.MAX_VALUE} for any time
 * @param taskTimeout the timeout of tasks that have none of their own
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record PoolOptions(
        int maxWorkers,
        byte[] initializer,
        byte[] exitHook,
        int maxTasksPerChild,
        long startNanos,
        long idleNanos,
        Optional<Duration> taskTimeout) {}
