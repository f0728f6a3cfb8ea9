// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What a process says first on its socket, by which its parent knows it; the layout is {@link FrameDescriptor}'s.
 *
 * @param version the protocol that it speaks
 */
public record Hello(int version) {
    /**
     * Encodes the payload that proves who this process is.
     *
     * @param token the secret that the parent has given it
     * @return the payload of a HELLO
     */
    public static byte[] encode(byte[] token) {
        return ByteBuffer.allocate(FrameDescriptor.HELLO_BYTES)
                .putInt(FrameDescriptor.MAGIC)
                .putInt(FrameDescriptor.VERSION)
                .put(token)
                .array();
    }

    /**
     * Takes a frame for a HELLO, if it proves that its sender was given the secret.
     *
     * @param type which HELLO is due, by the connection that it opens
     * @param frame the first frame of somebody who has connected
     * @param token the secret, compared in constant time
     * @return what it says, or {@code null} if it is from somebody else
     */
    public static @Nullable Hello from(byte type, Frame frame, byte[] token) {
        byte[] payload = frame.payload();
        if (frame.type() != type || payload == null || payload.length != FrameDescriptor.HELLO_BYTES) {
            return null;
        }
        ByteBuffer fields = ByteBuffer.wrap(payload);
        int magic = fields.getInt();
        int version = fields.getInt();
        byte[] proof = new byte[FrameDescriptor.TOKEN_BYTES];
        fields.get(proof);
        return magic == FrameDescriptor.MAGIC && MessageDigest.isEqual(proof, token) ? new Hello(version) : null;
    }
}
