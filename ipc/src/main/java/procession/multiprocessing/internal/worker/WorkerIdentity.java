// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.ProcessTree;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/**
 * Who a pool's worker is, as its parent has told it; kept as it came until somebody asks.
 *
 * @param number its number after those of the processes that it descends from, such as 2:1
 * @param name its name
 * @param parentName the name of its parent
 * @param parentPid the process id of its parent
 */
public record WorkerIdentity(String number, String name, String parentName, long parentPid) {
    private static volatile byte @Nullable [] told;

    /**
     * Returns a frame that tells a worker of this process who it is.
     *
     * @param number its number after those of the processes that it descends from
     * @param name its name
     * @param parentName the name of this process
     * @return the frame
     */
    public static OutgoingFrame frame(String number, String name, String parentName) {
        byte[][] texts = {bytes(number), bytes(name), bytes(parentName)};
        int length = Long.BYTES;
        for (byte[] text : texts) {
            length += Integer.BYTES + text.length;
        }
        ByteBuffer payload = ByteBuffer.allocate(length).putLong(ProcessTree.ownPid());
        for (byte[] text : texts) {
            payload.putInt(text.length).put(text);
        }
        return new OutgoingFrame(FrameDescriptor.IDENTITY, 0, payload.array());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Takes note of a frame. */
    static void take(Frame frame) {
        told = frame.payload();
    }

    /**
     * Returns who this process is.
     *
     * @return the identity, or {@code null} if this is no worker of a pool
     */
    public static @Nullable WorkerIdentity current() {
        byte[] payload = told;
        if (payload == null) {
            return null;
        }
        ByteBuffer fields = ByteBuffer.wrap(payload);
        long parentPid = fields.getLong();
        return new WorkerIdentity(text(fields), text(fields), text(fields), parentPid);
    }

    private static String text(ByteBuffer fields) {
        byte[] bytes = new byte[fields.getInt()];
        fields.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
