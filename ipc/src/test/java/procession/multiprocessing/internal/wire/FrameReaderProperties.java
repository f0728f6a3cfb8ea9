// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class FrameReaderProperties {

    /** Gives out bytes in pieces of arbitrary length, now and then none. */
    private static final class Trickle implements ReadableByteChannel {
        private final ByteBuffer bytes;
        private final Random random;
        private final int most;

        Trickle(byte[] bytes, long seed, int most) {
            this.bytes = ByteBuffer.wrap(bytes);
            this.random = new Random(seed);
            this.most = most;
        }

        @Override
        public int read(ByteBuffer target) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int count = Math.min(Math.min(random.nextInt(most + 1), bytes.remaining()), target.remaining());
            target.put(bytes.slice().limit(count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static List<Frame> readAll(byte[] bytes, long seed, int most, int maxPayload) throws IOException {
        List<Frame> frames = new ArrayList<>();
        FrameReader reader = new FrameReader(maxPayload);
        ReadableByteChannel channel = new Trickle(bytes, seed, most);
        int read = 0;
        ByteBuffer buffer = FrameReader.newBuffer();
        while (read >= 0) {
            read = reader.read(channel, buffer, frames::add);
        }
        return frames;
    }

    @Property(tries = 200)
    void frames_writtenAndRead_areTheSame(
            @ForAll @Size(max = 20) List<@From("payloads") byte[]> payloads,
            @ForAll byte type,
            @ForAll long firstId,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 5000) int most)
            throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        long id = firstId;
        for (byte[] payload : payloads) {
            assertTrue(new OutgoingFrame(type, id++, payload).writeTo(Channels.newChannel(written)));
        }
        List<Frame> frames = readAll(written.toByteArray(), seed, most, 10_000);
        assertEquals(payloads.size(), frames.size());
        for (int i = 0; i < frames.size(); i++) {
            assertEquals(type, frames.get(i).type());
            assertEquals(firstId + i, frames.get(i).taskId());
            assertArrayEquals(payloads.get(i), frames.get(i).payload());
        }
    }

    @Provide
    Arbitrary<byte[]> payloads() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(10_000);
    }

    @Example
    void frame_longerThanEveryBuffer_isTheSame() throws IOException {
        byte[] payload = new byte[5_000_000];
        new Random(1).nextBytes(payload);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        assertTrue(new OutgoingFrame(FrameDescriptor.CALL, 1, payload).writeTo(Channels.newChannel(written)));
        List<Frame> frames = readAll(written.toByteArray(), 2, 1_000_000, FrameDescriptor.MAX_PAYLOAD_BYTES);
        assertEquals(1, frames.size());
        assertArrayEquals(payload, frames.get(0).payload());
    }

    private static byte[] header(int length) {
        return ByteBuffer.allocate(FrameDescriptor.HEADER_BYTES)
                .putInt(length)
                .put(FrameDescriptor.RESULT)
                .putLong(1)
                .array();
    }

    @Property(tries = 200)
    void length_outOfBounds_isRefused(
            @ForAll @LongRange(min = Integer.MIN_VALUE, max = Integer.MAX_VALUE) long length) {
        int most = 1_000;
        if (length < FrameDescriptor.EMPTY_LENGTH || length > FrameDescriptor.EMPTY_LENGTH + most) {
            assertThrows(IOException.class, () -> readAll(header((int) length), 1, 100, most));
        }
    }

    @Example
    void length_atItsBounds() throws IOException {
        int most = 1_000;
        assertThrows(IOException.class, () -> readAll(header(FrameDescriptor.EMPTY_LENGTH - 1), 1, 100, most));
        assertThrows(IOException.class, () -> readAll(header(FrameDescriptor.EMPTY_LENGTH + most + 1), 1, 100, most));
        assertEquals(
                1, readAll(header(FrameDescriptor.EMPTY_LENGTH), 1, 100, most).size());
        assertEquals(
                0,
                readAll(header(FrameDescriptor.EMPTY_LENGTH + most), 1, 100, most)
                        .size());
        assertThrows(IOException.class, () -> readAll(header(-1), 1, 100, FrameDescriptor.MAX_PAYLOAD_BYTES));
    }

    @Example
    void length_thatNothingFollows_allocatesLittle() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] header = header(FrameDescriptor.EMPTY_LENGTH + FrameDescriptor.MAX_PAYLOAD_BYTES);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        assertEquals(
                0, readAll(header, 1, 100, FrameDescriptor.MAX_PAYLOAD_BYTES).size());
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertTrue(allocated < 8 << 20, () -> allocated + " bytes");
    }

    @Property(tries = 500)
    void anyBytes_endInFramesOrAnException(@ForAll byte[] bytes, @ForAll long seed) {
        try {
            for (Frame frame : readAll(bytes, seed, 50, 1_000)) {
                assertTrue(frame.payload() != null && frame.payload().length <= bytes.length);
            }
        } catch (IOException refused) {
            assertTrue(String.valueOf(refused.getMessage()).startsWith("not a frame"), refused::toString);
        }
    }
}
