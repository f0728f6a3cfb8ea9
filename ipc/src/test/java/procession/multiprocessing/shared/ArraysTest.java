// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.Cells;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.memory.SparseSegment;
import procession.multiprocessing.sync.OwnerDiedException;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** What each array does, by itself and with its raw twin. */
@ExtendWith(LeakCheck.class)
class ArraysTest {
    private static String refusal(Executable call) {
        return String.valueOf(
                assertThrows(IndexOutOfBoundsException.class, call).getMessage());
    }

    @Test
    void intArray_countsAndWraps_andLeavesTheNeighbours() {
        var array = IntArray.of(1, 2, 3);
        assertArrayEquals(new int[] {1, 2, 3}, array.toArray());
        array.set(1, Integer.MAX_VALUE);
        assertEquals(Integer.MAX_VALUE, array.getAndAdd(1, 1));
        assertEquals(Integer.MIN_VALUE, array.get(1));
        assertEquals(Integer.MIN_VALUE, array.getAndSet(1, 7));
        assertFalse(array.compareAndSet(1, Integer.MAX_VALUE, Integer.MIN_VALUE));
        assertTrue(array.compareAndSet(1, 7, 10));
        assertEquals(20, array.updateAndGet(1, n -> 2 * n));
        RawIntArray raw = array.raw();
        assertEquals(20, raw.getPlain(1));
        raw.setPlain(1, 7); // pairs with the program order of this one thread, as all of these
        assertEquals(7, raw.getOpaque(1));
        raw.setOpaque(1, Integer.MIN_VALUE);
        assertEquals(Integer.MIN_VALUE, raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, Integer.MAX_VALUE);
        assertEquals(Integer.MAX_VALUE, array.get(1));
        array.set(1, 2);
        assertArrayEquals(new int[] {1, 2, 3}, raw.toArray());
        array.destroy();
    }

    @Test
    void longArray_countsAndWraps_andLeavesTheNeighbours() {
        var array = LongArray.of(1, 2, 3);
        assertArrayEquals(new long[] {1, 2, 3}, array.toArray());
        array.set(1, Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, array.getAndAdd(1, 1));
        assertEquals(Long.MIN_VALUE, array.get(1));
        assertEquals(Long.MIN_VALUE, array.getAndSet(1, 1L << 40));
        assertFalse(array.compareAndSet(1, Long.MAX_VALUE, Long.MIN_VALUE));
        assertTrue(array.compareAndSet(1, 1L << 40, 10));
        assertEquals(20, array.updateAndGet(1, n -> 2 * n));
        RawLongArray raw = array.raw();
        assertEquals(20, raw.getPlain(1));
        raw.setPlain(1, 1L << 40); // pairs with the program order of this one thread, as all of these
        assertEquals(1L << 40, raw.getOpaque(1));
        raw.setOpaque(1, Long.MIN_VALUE);
        assertEquals(Long.MIN_VALUE, raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, array.get(1));
        array.set(1, 2);
        assertArrayEquals(new long[] {1, 2, 3}, raw.toArray());
        array.destroy();
    }

    @Test
    void shortArray_countsAndWraps_andLeavesTheNeighbours() {
        var array = ShortArray.of((short) 1, (short) 2, (short) 3);
        assertArrayEquals(new short[] {1, 2, 3}, array.toArray());
        array.set(1, Short.MAX_VALUE);
        assertEquals(Short.MAX_VALUE, array.getAndAdd(1, 1));
        assertEquals(Short.MIN_VALUE, array.get(1));
        assertEquals(Short.MIN_VALUE, array.getAndSet(1, (short) -7));
        assertFalse(array.compareAndSet(1, Short.MAX_VALUE, Short.MIN_VALUE));
        assertTrue(array.compareAndSet(1, (short) -7, (short) 10));
        assertEquals(20, array.updateAndGet(1, n -> 2 * n));
        RawShortArray raw = array.raw();
        assertEquals(20, raw.getPlain(1));
        raw.setPlain(1, (short) -7); // pairs with the program order of this one thread, as all of these
        assertEquals((short) -7, raw.getOpaque(1));
        raw.setOpaque(1, Short.MIN_VALUE);
        assertEquals(Short.MIN_VALUE, raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, Short.MAX_VALUE);
        assertEquals(Short.MAX_VALUE, array.get(1));
        array.set(1, (short) 2);
        assertArrayEquals(new short[] {1, 2, 3}, raw.toArray());
        array.destroy();
    }

    @Test
    void byteArray_countsAndWraps_andLeavesTheNeighbours() {
        var array = ByteArray.of((byte) 1, (byte) 2, (byte) 3);
        assertArrayEquals(new byte[] {1, 2, 3}, array.toArray());
        array.set(1, Byte.MAX_VALUE);
        assertEquals(Byte.MAX_VALUE, array.getAndAdd(1, 1));
        assertEquals(Byte.MIN_VALUE, array.get(1));
        assertEquals(Byte.MIN_VALUE, array.getAndSet(1, (byte) -7));
        assertFalse(array.compareAndSet(1, Byte.MAX_VALUE, Byte.MIN_VALUE));
        assertTrue(array.compareAndSet(1, (byte) -7, (byte) 10));
        assertEquals(20, array.updateAndGet(1, n -> 2 * n));
        RawByteArray raw = array.raw();
        assertEquals(20, raw.getPlain(1));
        raw.setPlain(1, (byte) -7); // pairs with the program order of this one thread, as all of these
        assertEquals((byte) -7, raw.getOpaque(1));
        raw.setOpaque(1, Byte.MIN_VALUE);
        assertEquals(Byte.MIN_VALUE, raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, Byte.MAX_VALUE);
        assertEquals(Byte.MAX_VALUE, array.get(1));
        array.set(1, (byte) 2);
        assertArrayEquals(new byte[] {1, 2, 3}, raw.toArray());
        array.destroy();
    }

    @Test
    void charArray_countsAndWraps_andLeavesTheNeighbours() {
        var array = CharArray.of('a', 'b', 'c');
        array.set(1, Character.MAX_VALUE);
        assertEquals(Character.MAX_VALUE, array.getAndAdd(1, 1));
        assertEquals(0, array.get(1));
        assertEquals(0, array.getAndSet(1, 'x'));
        assertFalse(array.compareAndSet(1, 'y', 'z'));
        assertTrue(array.compareAndSet(1, 'x', 'y'));
        assertEquals('z', array.updateAndGet(1, letter -> letter + 1));
        RawCharArray raw = array.raw();
        assertEquals('z', raw.getPlain(1));
        raw.setPlain(1, 'p'); // pairs with the program order of this one thread, as all of these
        assertEquals('p', raw.getOpaque(1));
        raw.setOpaque(1, 'q');
        assertEquals('q', raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, 'b');
        assertEquals("abc", array.buffer().toString());
        array.destroy();
    }

    @Test
    void doubleArray_keepsEachBit_andComparesThem() {
        var array = DoubleArray.of(1, 0.5, 3);
        assertEquals(0.5, array.getAndAdd(1, 0.25));
        assertEquals(0.75, array.getAndSet(1, -0.0));
        assertFalse(array.compareAndSet(1, 0.0, 1));
        assertTrue(array.compareAndSet(1, -0.0, Double.NaN));
        assertTrue(array.compareAndSet(1, Double.NaN, Double.MIN_VALUE));
        assertEquals(2 * Double.MIN_VALUE, array.updateAndGet(1, n -> 2 * n));
        RawDoubleArray raw = array.raw();
        raw.setPlain(1, 1.5); // pairs with the program order of this one thread, as all of these
        assertEquals(1.5, raw.getOpaque(1));
        raw.setOpaque(1, 2.5);
        assertEquals(2.5, raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, 3.5);
        assertEquals(3.5, raw.getPlain(1)); // pairs with setRelease, in this thread
        assertArrayEquals(new double[] {1, 3.5, 3}, array.toArray());
        array.destroy();
    }

    @Test
    void floatArray_keepsEachBit_andComparesThem() {
        var array = FloatArray.of(1, 0.5f, 3);
        assertEquals(0.5f, array.getAndAdd(1, 0.25f));
        assertEquals(0.75f, array.getAndSet(1, -0.0f));
        assertFalse(array.compareAndSet(1, 0.0f, 1));
        assertTrue(array.compareAndSet(1, -0.0f, Float.NaN));
        assertTrue(array.compareAndSet(1, Float.NaN, Float.MIN_VALUE));
        assertEquals(2 * Float.MIN_VALUE, array.updateAndGet(1, n -> 2 * n));
        RawFloatArray raw = array.raw();
        raw.setPlain(1, 1.5f); // pairs with the program order of this one thread, as all of these
        assertEquals(1.5f, raw.getOpaque(1));
        raw.setOpaque(1, 2.5f);
        assertEquals(2.5f, raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, 3.5f);
        assertEquals(3.5f, raw.getPlain(1)); // pairs with setRelease, in this thread
        assertArrayEquals(new float[] {1, 3.5f, 3}, array.toArray());
        array.destroy();
    }

    @Test
    void booleanArray_isFlags_ofOneByteEach() {
        var array = BooleanArray.of(true, false, true);
        assertFalse(array.getAndSet(1, true));
        assertFalse(array.compareAndSet(1, false, true));
        assertTrue(array.compareAndSet(1, true, false));
        RawBooleanArray raw = array.raw();
        raw.setPlain(1, true); // pairs with the program order of this one thread, as all of these
        assertTrue(raw.getOpaque(1));
        raw.setOpaque(1, false);
        assertFalse(raw.getAcquire(1)); // pairs with setOpaque, in this thread
        raw.setRelease(1, true);
        assertTrue(raw.getPlain(1)); // pairs with setRelease, in this thread
        array.fill(0, 1, false);
        assertArrayEquals(new boolean[] {false, true, true}, array.toArray());
        byte[] bytes = new byte[3];
        array.byteBuffer().get(bytes);
        assertArrayEquals(new byte[] {0, 1, 1}, bytes);
        array.destroy();
    }

    @Test
    void length_isWhatWasAsked_smallAndLarge() {
        for (long length : new long[] {0, 1, 1000, 100_000}) {
            var array = new IntArray(length);
            assertEquals(length, array.length());
            assertEquals(length, array.raw().length());
            assertEquals(length, array.buffer().capacity());
            assertTrue(array.toString().endsWith("[" + length + " elements, unlocked]"), array::toString);
            assertEquals("RawIntArray[" + length + " elements]", array.raw().toString());
            assertArrayEquals(new int[(int) length], array.toArray());
            array.destroy();
        }
        var copied = new IntArray(new int[] {1, 2, 3});
        assertEquals(3, copied.length());
        copied.destroy();
        assertThrows(IllegalArgumentException.class, () -> new IntArray(-1));
        assertThrows(IllegalArgumentException.class, () -> new IntArray(Long.MAX_VALUE));
        String full = String.valueOf(assertThrows(UncheckedIOException.class, () -> new LongArray(1L << 55))
                .getMessage());
        assertTrue(full.contains("bytes are free"), full);
    }

    @Test
    void index_outOfBounds_isNamedWithTheLength() {
        var array = new ShortArray(10);
        for (long index : new long[] {-1, 10, 1L << 40}) {
            for (Executable call : List.<Executable>of(
                    () -> array.get(index),
                    () -> array.set(index, (short) 1),
                    () -> array.getAndAdd(index, 1),
                    () -> array.compareAndSet(index, (short) 0, (short) 1),
                    () -> array.raw().getAndSet(index, (short) 1))) {
                String message = refusal(call);
                assertTrue(message.contains(" " + index + " ") && message.contains("length 10"), message);
            }
        }
        short[] other = new short[4];
        refusal(() -> array.copyTo(7, other, 0, 4));
        refusal(() -> array.copyFrom(0, other, 1, 4));
        refusal(() -> array.fill(5, 11, (short) 1));
        refusal(() -> array.buffer(9, 2));
        refusal(() -> array.byteBuffer(-1, 2));
        assertArrayEquals(new short[10], array.toArray());
        array.destroy();
    }

    @Test
    void copies_ofRanges_andViews_areOfTheSameElements() {
        var array = new LongArray(5000);
        array.fill(-1);
        assertEquals(-1, array.get(4999));
        array.copyFrom(2000, new long[] {1, 2, 3, 4}, 1, 2);
        long[] copy = new long[6];
        array.copyTo(1999, copy, 1, 4);
        assertArrayEquals(new long[] {0, -1, 2, 3, -1, 0}, copy);
        assertEquals(3, array.buffer().get(2001));
        array.buffer(2000, 2).put(0, 22);
        assertEquals(22, array.get(2000));
        ByteBuffer bytes = array.byteBuffer(2000, 2);
        assertEquals(ByteOrder.nativeOrder(), bytes.order());
        assertEquals(List.of(16, 22L, 3L), List.of(bytes.capacity(), bytes.getLong(0), bytes.getLong(8)));
        array.raw().fill(1, 4999, 7);
        assertEquals(List.of(-1L, 7L, 7L, -1L), List.of(array.get(0), array.get(1), array.get(4998), array.get(4999)));
        array.destroy();
        assertTrue(List.of(0L, 7L).contains(bytes.getLong(0)), "a view stays readable");
    }

    @Test
    void destroy_letsEveryOperationThrow_andGivesTheFileBack() {
        var array = new ByteArray(100_000);
        Segment segment = array.cell().segment();
        assertTrue(Files.exists(segment.file()));
        RawByteArray raw = array.raw();
        array.destroy();
        array.destroy();
        assertFalse(Files.exists(segment.file()));
        for (Executable call : List.<Executable>of(
                () -> array.get(0),
                () -> array.set(0, (byte) 1),
                () -> array.getAndAdd(0, 1),
                array::toArray,
                array::buffer,
                array::byteBuffer,
                array::raw,
                () -> array.fill((byte) 1),
                array::acquire)) {
            assertThrows(IllegalStateException.class, call);
        }
        assertEquals(100_000, array.length());
        assertEquals(0, raw.getAndAdd(0, 1));
    }

    @Test
    void recovering_hasALockThatNobodyRepairs() throws Exception {
        List<Guarded> all = List.of(
                IntArray.recovering(1),
                ByteArray.recovering(1),
                IntValue.recovering(5),
                LongValue.recovering(5),
                BooleanValue.recovering(true),
                DoubleValue.recovering(5),
                FloatValue.recovering(5),
                ByteValue.recovering((byte) 5),
                ShortValue.recovering((short) 5),
                CharValue.recovering('5'));
        var robust = new IntArray(1);
        var process = new Process(() -> {
            for (Guarded each : all) {
                each.acquire();
            }
            robust.acquire();
        });
        process.start();
        assertTrue(process.join(Delays.large()));
        for (Guarded each : all) {
            each.acquire();
            each.release();
            assertTrue(each.toString().matches(".*\\[(5|5.0|true|1 elements), unlocked]"), each::toString);
            each.destroy();
        }
        assertThrows(OwnerDiedException.class, robust::acquire);
        assertTrue(robust.recover(() -> {}));
        robust.destroy();
    }

    // ---- shared

    @Test
    void array_ofTwoProcesses_losesNothing() throws Exception {
        var counts = new ByteArray(8);
        var sums = new DoubleArray(20_000);
        var shorts = new ShortArray(2);
        RawShortArray raw = shorts.raw();
        var process = new Process(() -> {
            for (int i = 0; i < 20_000; i++) {
                counts.getAndAdd(2L * (i % 4), 1);
                sums.getAndAdd(i, 0.5);
                raw.getAndAdd(0, 1);
            }
            sums.run(() -> sums.set(0, sums.get(0) + 1));
        });
        process.start();
        for (int i = 0; i < 20_000; i++) {
            counts.getAndAdd(2L * (i % 4) + 1, 1);
            sums.updateAndGet(i, n -> n + 1);
            raw.getAndAdd(1, 1);
        }
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
        sums.run(() -> sums.set(0, sums.get(0) + 1));
        for (int i = 0; i < 8; i++) {
            assertEquals((byte) 5000, counts.get(i));
        }
        assertEquals(3.5, sums.get(0));
        assertEquals(1.5, sums.get(19_999));
        assertEquals(List.of((short) 20_000, (short) 20_000), List.of(raw.get(0), raw.get(1)));
        counts.destroy();
        sums.destroy();
        shorts.destroy();
    }

    @Test
    void neighbours_inOneInt_throughTwoMappings_dontDisturbEachOther() throws Exception {
        var array = new ByteArray(4);
        Cell cell = array.cell();
        String name =
                Objects.requireNonNull(cell.segment().file().getFileName()).toString();
        var other = new ByteArray(Cells.find(cell.segment().directory().attachAnew(name), cell.offset(), cell.kind()));
        assertNotSame(cell.memory(), other.cell().memory());
        int rounds = 50_000;
        try (var threads = new ThreadHarness()) {
            for (int t = 0; t < 4; t++) {
                int mine = t;
                threads.start("writer " + t, () -> {
                    ByteArray through = mine % 2 == 0 ? array : other;
                    for (int i = 1; i <= rounds; i++) {
                        if (mine < 2) {
                            through.set(mine, (byte) i);
                            assertEquals((byte) i, through.get(mine));
                        } else {
                            assertTrue(through.compareAndSet(mine, (byte) (i - 1), (byte) i));
                        }
                    }
                });
            }
            threads.join();
        }
        byte last = (byte) rounds;
        assertArrayEquals(new byte[] {last, last, last, last}, array.toArray());
        array.destroy();
    }

    // ---- more than one mapping

    @Test
    void array_ofSeveralMappings_isOne() {
        var small = new LongArray(10_000);
        Cell cell = SparseSegment.copyOf(small.cell(), 3L << 30);
        small.destroy();
        long length = ((3L << 30) - cell.offset() - CellDescriptor.BYTES) / Long.BYTES;
        Cell.LONG.setVolatile(cell.memory(), cell.at(CellDescriptor.VALUE_AT), length);
        var array = new LongArray(cell);
        assertEquals(length, array.length());
        long border = ((1L << 30) - cell.offset() - CellDescriptor.BYTES) / Long.BYTES;
        for (long at : new long[] {0, border - 2, border, border + (1L << 27) - 1, length - 4}) {
            array.copyFrom(at, new long[] {1, 2, 3, 4}, 0, 4);
            assertEquals(2, array.getAndAdd(at + 1, 5));
            long[] copy = new long[4];
            array.copyTo(at, copy, 0, 4);
            assertArrayEquals(new long[] {1, 7, 3, 4}, copy);
            assertEquals(7, array.buffer(at, 4).get(1));
            assertEquals(7, array.byteBuffer(at + 1, 1).getLong());
            array.fill(at + 2, at + 4, 9);
            assertEquals(List.of(7L, 9L, 9L), List.of(array.get(at + 1), array.get(at + 2), array.get(at + 3)));
        }
        refusal(() -> array.get(length));
        assertThrows(IllegalArgumentException.class, array::buffer);
        assertEquals(1 << 27, array.buffer(border - 1, 1 << 27).capacity());
        assertEquals(0, array.buffer(length, 0).capacity());
    }

    @Test
    void array_thatIsLongerThanItsSegment_isRefused() {
        var array = new IntArray(10_000);
        Cell cell = array.cell();
        for (long length : new long[] {-1, 10_017, 1L << 62, Long.MAX_VALUE}) {
            Cell.LONG.setVolatile(cell.memory(), cell.at(CellDescriptor.VALUE_AT), length);
            String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> new IntArray(cell))
                    .getMessage());
            assertTrue(message.contains("room for 10000"), message);
        }
        array.destroy();
    }
}
