// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to a {@link Fetch}: resources with their bytes, or why there are none.
 *
 * <p>Its payload: reason · count int · count × (URL · length int · bytes); each text is an int length and UTF-8.
 *
 * @param reason why there is no resource, in words for the user; empty if that needs no words
 * @param resources what there is
 */
public record Fetched(String reason, List<Resource> resources) {
    private static final int MAX_TEXT_BYTES = 1 << 20;

    /**
     * Makes an answer.
     *
     * @param resources is copied
     */
    public Fetched {
        resources = List.copyOf(resources);
    }

    /**
     * A resource.
     *
     * @param url where the parent has it from; empty if its class loader does not say
     * @param bytes what is in it
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Resource(String url, byte[] bytes) {}

    /**
     * Returns an answer without a resource.
     *
     * @param reason why
     * @return the answer
     */
    public static Fetched none(String reason) {
        return new Fetched(reason, List.of());
    }

    /**
     * Encodes the answer.
     *
     * @return the payload of a FETCHED
     */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeText(reason, out);
            out.writeInt(resources.size());
            for (Resource resource : resources) {
                writeText(resource.url, out);
                out.writeInt(resource.bytes.length);
                out.write(resource.bytes);
            }
        } catch (IOException impossible) {
            throw new AssertionError("writing to memory failed", impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * Decodes an answer.
     *
     * @param payload what {@link #encode()} made
     * @return the answer
     * @throws IOException if it is none
     */
    public static Fetched decode(byte[] payload) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
            String reason = readText(in);
            int count = in.readInt();
            List<Resource> resources = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String url = readText(in);
                resources.add(new Resource(url, readBytes(in, Integer.MAX_VALUE)));
            }
            return new Fetched(reason, resources);
        }
    }

    static void writeText(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in, MAX_TEXT_BYTES), StandardCharsets.UTF_8);
    }

    private static byte[] readBytes(DataInputStream in, int max) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > max || length > in.available()) { // of an array, which has all that there is
            throw new IOException("a length of " + length + " with " + in.available() + " bytes left");
        }
        return in.readNBytes(length);
    }
}
