// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A question for the bytes of a class or of another resource, which a child asks its parent.
 *
 * <p>Its payload: all boolean · name · known int · known × URL; each text is an int length and UTF-8.
 *
 * @param name the resource, as class loaders name it: {@code some/pack/Type.class}
 * @param all whether every resource of that name is wanted, and not only the first
 * @param known the URLs of those that the child has itself, which need not be sent
 */
public record Fetch(String name, boolean all, List<String> known) {
    private static final int MAX_KNOWN = 10_000;

    /**
     * Makes a question.
     *
     * @param known is copied
     */
    public Fetch {
        known = List.copyOf(known);
    }

    /**
     * Encodes the question.
     *
     * @return the payload of a FETCH
     */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(all);
            Fetched.writeText(name, out);
            out.writeInt(known.size());
            for (String url : known) {
                Fetched.writeText(url, out);
            }
        } catch (IOException impossible) {
            throw new AssertionError("writing to memory failed", impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * Decodes a question.
     *
     * @param payload what {@link #encode()} made
     * @return the question
     * @throws IOException if it is none
     */
    public static Fetch decode(byte[] payload) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
            boolean all = in.readBoolean();
            String name = Fetched.readText(in);
            int count = in.readInt();
            if (count < 0 || count > MAX_KNOWN) {
                throw new IOException("a question with " + count + " known resources");
            }
            List<String> known = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                known.add(Fetched.readText(in));
            }
            return new Fetch(name, all, known);
        }
    }
}
