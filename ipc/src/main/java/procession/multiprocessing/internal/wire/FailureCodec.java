// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries what a task threw to the parent, so that it always arrives: as a description, and where possible also as the
 * exception itself.
 *
 * <p>Encoded: the description (class, message, stack, cause, suppressed), then an int, the length of the serialized
 * exception, and its bytes; length 0 if it could not be serialized.
 */
public final class FailureCodec {
    private static final int MAX_CAUSES = 32;
    private static final int MAX_FRAMES = 4096;
    private static final int MAX_TEXT_BYTES = 1 << 20;

    private FailureCodec() {}

    /**
     * A failure as it arrived.
     *
     * @param description what was thrown, in words
     * @param rebuilt the exception itself, with its remote stack, or {@code null} if it can't be had here
     * @param notRebuilt why it can't, or {@code null}
     */
    public record Arrived(
            RemoteFailure description,
            @Nullable Throwable rebuilt,
            @Nullable Throwable notRebuilt) {}

    /**
     * Encodes what was thrown.
     *
     * @param thrown what a task threw
     * @return its bytes, whatever the exception is like
     */
    public static byte[] encode(Throwable thrown) {
        byte[] object;
        try {
            object = ObjectCodec.encode(thrown);
        } catch (NotEncodableException described) {
            object = new byte[0];
        }
        try {
            return encode(describe(thrown), object);
        } catch (OutOfMemoryError tooLarge) {
            return encode(
                    new RemoteFailure(thrown.getClass().getName(), null, List.of(), null, List.of()), new byte[0]);
        }
    }

    /**
     * Encodes where threads are, without any exception: serializing the first one takes a young JVM 15 ms, for which
     * somebody waits whose time is up already.
     *
     * @param message what is said of the first thread
     * @param stack where it is
     * @param others where others are, by what is said of them; not all of very many
     * @return its bytes, for {@link #describe(byte[])}, which has the others as suppressed
     */
    public static byte[] encodeStacks(
            String message, StackTraceElement[] stack, Map<String, StackTraceElement[]> others) {
        List<RemoteFailure> beside = new ArrayList<>();
        for (Map.Entry<String, StackTraceElement[]> other : others.entrySet()) {
            if (beside.size() < MAX_CAUSES) {
                beside.add(place(other.getKey(), other.getValue(), List.of()));
            }
        }
        return encode(place(message, stack, beside), new byte[0]);
    }

    private static RemoteFailure place(String message, StackTraceElement[] stack, List<RemoteFailure> others) {
        List<StackTraceElement> shown = List.of(stack).subList(0, Math.min(stack.length, MAX_FRAMES));
        return new RemoteFailure(Throwable.class.getName(), message, shown, null, others);
    }

    private static byte[] encode(RemoteFailure description, byte[] object) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(description, out);
            out.writeInt(object.length);
            out.write(object);
        } catch (IOException impossible) {
            throw new AssertionError("writing to memory failed", impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * Decodes what was thrown.
     *
     * @param bytes what {@link #encode(Throwable)} made
     * @param codec rebuilds the exception
     * @return what arrived
     * @throws IOException if the bytes are not a failure
     */
    public static Arrived decode(byte[] bytes, ObjectCodec codec) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            RemoteFailure description = readFailure(in, 0);
            int length = in.readInt();
            if (length == 0) {
                return new Arrived(description, null, null);
            }
            if (length < 0 || length > in.available()) {
                throw new IOException("a failure whose exception has " + length + " bytes");
            }
            try {
                Object object = codec.decode(in.readNBytes(length));
                if (object instanceof Throwable rebuilt
                        && rebuilt.getClass().getName().equals(description.className())) {
                    return new Arrived(description, rebuilt, null);
                }
                return new Arrived(description, null, null);
            } catch (Throwable notRebuilt) {
                return new Arrived(description, null, notRebuilt);
            }
        }
    }

    /**
     * Returns what an exception says of itself, or its class where that fails.
     *
     * @param failure any exception
     * @return its text
     */
    public static String textOf(Throwable failure) {
        try {
            return String.valueOf(failure);
        } catch (Throwable rude) {
            return failure.getClass().getName();
        }
    }

    /**
     * Decodes only the description of what was thrown, which runs no code of any exception.
     *
     * @param bytes what {@link #encode(Throwable)} made
     * @return the description
     * @throws IOException if the bytes are not a failure
     */
    public static RemoteFailure describe(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return readFailure(in, 0);
        }
    }

    /**
     * Describes what was thrown; asks nothing of the exception that could fail this.
     *
     * @param thrown what a task threw
     * @return the description
     */
    public static RemoteFailure describe(Throwable thrown) {
        return describe(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static RemoteFailure describe(Throwable thrown, Set<Throwable> seen) {
        seen.add(thrown);
        Throwable cause = null;
        String message;
        List<StackTraceElement> stack = List.of();
        List<RemoteFailure> suppressed = new ArrayList<>();
        try {
            message = thrown.getMessage();
            StackTraceElement[] trace = thrown.getStackTrace();
            stack = List.of(trace).subList(0, Math.min(trace.length, MAX_FRAMES));
            cause = thrown.getCause();
            for (Throwable each : thrown.getSuppressed()) {
                if (seen.size() < MAX_CAUSES && !seen.contains(each)) {
                    suppressed.add(describe(each, seen));
                }
            }
        } catch (Throwable broken) {
            message = "(its own methods threw " + broken.getClass().getName() + ")"; // overridden by a careless class
        }
        RemoteFailure describedCause =
                cause == null || seen.size() >= MAX_CAUSES || seen.contains(cause) ? null : describe(cause, seen);
        return new RemoteFailure(thrown.getClass().getName(), message, stack, describedCause, suppressed);
    }

    private static void write(RemoteFailure failure, DataOutputStream out) throws IOException {
        writeText(failure.className(), out);
        writeText(failure.message(), out);
        out.writeInt(failure.stack().size());
        for (StackTraceElement frame : failure.stack()) {
            writeText(frame.getClassLoaderName(), out);
            writeText(frame.getModuleName(), out);
            writeText(frame.getModuleVersion(), out);
            writeText(frame.getClassName(), out);
            writeText(frame.getMethodName(), out);
            writeText(frame.getFileName(), out);
            out.writeInt(frame.getLineNumber());
        }
        RemoteFailure cause = failure.cause();
        out.writeBoolean(cause != null);
        if (cause != null) {
            write(cause, out);
        }
        out.writeInt(failure.suppressed().size());
        for (RemoteFailure each : failure.suppressed()) {
            write(each, out);
        }
    }

    private static RemoteFailure readFailure(DataInputStream in, int depth) throws IOException {
        if (depth > MAX_CAUSES) {
            throw new IOException("a failure with more than " + MAX_CAUSES + " causes");
        }
        String className = readName(in);
        String message = readText(in);
        int frames = readCount(in, MAX_FRAMES);
        List<StackTraceElement> stack = new ArrayList<>(frames);
        for (int i = 0; i < frames; i++) {
            stack.add(new StackTraceElement(
                    readText(in), readText(in), readText(in), readName(in), readName(in), readText(in), in.readInt()));
        }
        RemoteFailure cause = in.readBoolean() ? readFailure(in, depth + 1) : null;
        int count = readCount(in, MAX_CAUSES);
        List<RemoteFailure> suppressed = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            suppressed.add(readFailure(in, depth + 1));
        }
        return new RemoteFailure(className, message, stack, cause, suppressed);
    }

    private static int readCount(DataInputStream in, int max) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > max) {
            throw new IOException("a failure with a count of " + count);
        }
        return count;
    }

    private static void writeText(@Nullable String text, DataOutputStream out) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_TEXT_BYTES);
        out.writeInt(length);
        out.write(bytes, 0, length);
    }

    private static String readName(DataInputStream in) throws IOException {
        String name = readText(in);
        return name == null ? "unknown" : name;
    }

    private static @Nullable String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > MAX_TEXT_BYTES) {
            throw new IOException("a text of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("a text of " + length + " bytes, of which " + bytes.length + " are there");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
