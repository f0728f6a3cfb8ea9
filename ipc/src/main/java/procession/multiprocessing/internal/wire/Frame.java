// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import org.jspecify.annotations.Nullable;

/**
 * One received frame.
 *
 * @param type its type, see {@link FrameDescriptor}
 * @param taskId the call it belongs to, or 0
 * @param payload its payload, or {@code null} if this JVM had no memory to keep it and skipped it
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Frame(byte type, long taskId, byte @Nullable [] payload) {}
