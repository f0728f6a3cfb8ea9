// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

class CodecProperties {
    private static final ObjectCodec CODEC = new ObjectCodec(CodecProperties.class.getClassLoader(), null);
    private static final long MUCH = 64L << 20;

    private static @Nullable Object roundTrip(@Nullable Object object) throws Exception {
        return CODEC.decode(ObjectCodec.encode(object));
    }

    @Provide
    Arbitrary<Object> plain() {
        return Arbitraries.oneOf(
                Arbitraries.of(true, false).asGeneric(),
                Arbitraries.bytes().asGeneric(),
                Arbitraries.shorts().asGeneric(),
                Arbitraries.chars().asGeneric(),
                Arbitraries.integers().asGeneric(),
                Arbitraries.longs().asGeneric(),
                Arbitraries.floats().asGeneric(),
                Arbitraries.doubles().asGeneric());
    }

    @Property(tries = 500)
    void plainValues_decode_asThemselves(@ForAll @From("plain") Object value) throws Exception {
        byte[] bytes = ObjectCodec.encode(value);
        assertTrue(ObjectCodec.isPlain(bytes), "runs no code of any class");
        assertTrue(bytes.length <= 1 + Long.BYTES);
        assertEquals(value, CODEC.decode(bytes));
    }

    @Property(tries = 200)
    void byteArrays_decode_asThemselves(@ForAll byte[] value) throws Exception {
        assertTrue(ObjectCodec.isPlain(ObjectCodec.encode(value)));
        assertArrayEquals(value, (byte[]) roundTrip(value));
    }

    @Property(tries = 200)
    void collections_decode_asThemselves(@ForAll Map<String, @Size(max = 5) List<Integer>> map, @ForAll String text)
            throws Exception {
        assertEquals(map, roundTrip(new HashMap<>(map)));
        assertEquals(text, roundTrip(text));
        assertArrayEquals(new int[] {text.length()}, (int[]) roundTrip(new int[] {text.length()}));
    }

    @Example
    void nullAndNan() throws Exception {
        assertNull(roundTrip(null));
        assertEquals(Double.NaN, roundTrip(Double.NaN));
        assertEquals(-0.0f, roundTrip(-0.0f));
        assertFalse(ObjectCodec.isPlain(ObjectCodec.encode("text")));
    }

    /** Decodes, and accepts every exception, but no error and no large allocation. */
    private static void decodeHarmlessly(byte[] bytes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        try {
            CODEC.decode(bytes);
        } catch (IOException | ClassNotFoundException | RuntimeException refused) {
            assertNotNull(refused.toString());
        }
        assertTrue(threads.getThreadAllocatedBytes(thread) - before < MUCH, () -> Arrays.toString(bytes));
    }

    @Property(tries = 1000)
    void anyBytes_decodeOrFail(@ForAll byte[] bytes) {
        decodeHarmlessly(bytes);
    }

    @Property(tries = 500)
    void anyBytesWithAValidTag_decodeOrFail(@ForAll @IntRange(max = 10) int tag, @ForAll byte[] rest) {
        byte[] bytes = new byte[rest.length + 1];
        bytes[0] = (byte) tag;
        System.arraycopy(rest, 0, bytes, 1, rest.length);
        decodeHarmlessly(bytes);
    }

    @Property(tries = 1000)
    void damagedStreams_decodeOrFail(
            @ForAll @Size(max = 3) List<Integer> places, @ForAll byte replacement, @ForAll @IntRange(max = 3) int which)
            throws Exception {
        Object object = List.of(
                        new ArrayList<>(List.of("text", 1, 2L)),
                        new HashMap<>(Map.of("key", new int[] {1, 2, 3})),
                        new IllegalStateException("failure", new IOException("cause")),
                        new Object[][] {{1}, {"two"}})
                .get(which);
        byte[] bytes = ObjectCodec.encode(object);
        for (int place : places) {
            bytes[Math.floorMod(place, bytes.length)] = replacement;
        }
        decodeHarmlessly(bytes);
    }

    @Example
    void truncatedStreams_fail() throws Exception {
        byte[] bytes = ObjectCodec.encode(new ArrayList<>(List.of("text", 1, 2L)));
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThrows(IOException.class, () -> CODEC.decode(part));
        }
    }

    @Property(tries = 1000)
    void anyBytes_decodeAsAFailureOrFail(@ForAll byte[] bytes) {
        try {
            assertNotNull(FailureCodec.decode(bytes, CODEC).description());
            assertNotNull(FailureCodec.describe(bytes));
        } catch (IOException refused) {
            assertNotNull(refused.toString());
        }
    }

    @Property(tries = 1000)
    void damagedFailures_decodeOrFail(@ForAll @Size(max = 3) List<Integer> places, @ForAll byte replacement) {
        byte[] bytes = FailureCodec.encode(new IllegalStateException("failure", new IOException("cause")));
        for (int place : places) {
            bytes[Math.floorMod(place, bytes.length)] = replacement;
        }
        try {
            assertNotNull(FailureCodec.decode(bytes, CODEC).description());
        } catch (IOException refused) {
            assertNotNull(refused.toString());
        }
    }

    @Property(tries = 200)
    void failures_decode_asThemselves(@ForAll String message, @ForAll @IntRange(max = 20) int causes) throws Exception {
        Throwable thrown = new IllegalStateException(message);
        for (int i = 0; i < causes; i++) {
            thrown = new IOException(message, thrown);
        }
        FailureCodec.Arrived arrived = FailureCodec.decode(FailureCodec.encode(thrown), CODEC);
        RemoteFailure description = arrived.description();
        Throwable rebuilt = arrived.rebuilt();
        assertNotNull(rebuilt);
        for (Throwable expected = thrown; expected != null; expected = expected.getCause()) {
            assertNotNull(description);
            assertNotNull(rebuilt);
            assertEquals(expected.getClass().getName(), description.className());
            assertEquals(expected.getClass(), rebuilt.getClass());
            assertEquals(expected.getMessage(), rebuilt.getMessage());
            assertEquals(List.of(expected.getStackTrace()), description.stack());
            assertArrayEquals(expected.getStackTrace(), rebuilt.getStackTrace());
            description = description.cause();
            rebuilt = rebuilt.getCause();
        }
        assertNull(description);
    }

    @Example
    void failure_withEndlessCausesAndWords_isCutToSize() throws Exception {
        Throwable thrown = new IllegalStateException("x".repeat(3 << 20));
        for (int i = 0; i < 1_000; i++) {
            thrown = new IOException("cause " + i, thrown);
        }
        RemoteFailure description = FailureCodec.describe(FailureCodec.encode(thrown));
        int depth = 0;
        for (RemoteFailure each = description; each != null; each = each.cause()) {
            depth++;
        }
        assertTrue(depth > 10 && depth < 100, "depth " + depth);
        byte[] long3 = FailureCodec.encode(new IllegalStateException("x".repeat(3 << 20)));
        String message = String.valueOf(FailureCodec.describe(long3).message());
        assertTrue(message.length() >= 1 << 20 && message.length() < 3 << 20);
    }
}
