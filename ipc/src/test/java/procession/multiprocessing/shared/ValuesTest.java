// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.multiprocessing.Process;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** What each value does, by itself and with its raw twin. */
@ExtendWith(LeakCheck.class)
class ValuesTest {
    @Test
    void intValue_doesWhatAnAtomicIntegerDoes() {
        var value = new IntValue(Integer.MAX_VALUE);
        assertEquals(Integer.MAX_VALUE, value.getAndAdd(1));
        assertEquals(Integer.MIN_VALUE, value.get());
        assertEquals(Integer.MIN_VALUE, value.getAndSet(5));
        assertFalse(value.compareAndSet(4, 6));
        assertTrue(value.compareAndSet(5, 6));
        assertEquals(12, value.updateAndGet(n -> 2 * n));
        RawInt raw = value.raw();
        assertEquals(12, raw.getPlain());
        raw.setPlain(13); // pairs with the program order of this one thread, as all of these
        assertEquals(13, raw.getOpaque());
        raw.setOpaque(14);
        assertEquals(14, raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease(15);
        assertEquals(15, value.get());
        assertEquals("15", raw.toString());
        assertTrue(value.toString().endsWith("[15, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void longValue_doesWhatAnAtomicLongDoes() {
        var value = new LongValue(Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, value.getAndAdd(1));
        assertEquals(Long.MIN_VALUE, value.get());
        assertEquals(Long.MIN_VALUE, value.getAndSet(1L << 40));
        assertFalse(value.compareAndSet(0, 6));
        assertTrue(value.compareAndSet(1L << 40, 6));
        assertEquals(12, value.updateAndGet(n -> 2 * n));
        RawLong raw = value.raw();
        raw.setPlain(1L << 50); // pairs with the program order of this one thread, as all of these
        assertEquals(1L << 50, raw.getOpaque());
        raw.setOpaque(14);
        assertEquals(14, raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease(15);
        assertEquals(15, raw.getPlain()); // pairs with setRelease, in this thread
        assertTrue(value.toString().endsWith("[15, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void doubleValue_keepsEachBit_andComparesThem() {
        var value = new DoubleValue(0.5);
        assertEquals(0.5, value.getAndAdd(0.25));
        assertEquals(0.75, value.get());
        assertEquals(0.75, value.getAndSet(-0.0));
        assertFalse(value.compareAndSet(0.0, 1));
        assertTrue(value.compareAndSet(-0.0, Double.NaN));
        assertTrue(value.compareAndSet(Double.NaN, Double.MIN_VALUE));
        assertEquals(2 * Double.MIN_VALUE, value.updateAndGet(n -> 2 * n));
        RawDouble raw = value.raw();
        raw.setPlain(1.5); // pairs with the program order of this one thread, as all of these
        assertEquals(1.5, raw.getOpaque());
        raw.setOpaque(2.5);
        assertEquals(2.5, raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease(3.5);
        assertEquals(3.5, raw.getPlain()); // pairs with setRelease, in this thread
        assertTrue(value.toString().endsWith("[3.5, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void byteValue_isAsNarrowAsItsType() {
        var value = new ByteValue(Byte.MAX_VALUE);
        assertEquals(Byte.MAX_VALUE, value.getAndAdd(1));
        assertEquals(Byte.MIN_VALUE, value.get());
        assertEquals(Byte.MIN_VALUE, value.getAndSet((byte) -7));
        assertFalse(value.compareAndSet(Byte.MAX_VALUE, Byte.MIN_VALUE));
        assertTrue(value.compareAndSet((byte) -7, (byte) -64));
        assertEquals((byte) -(64 << 20), value.updateAndGet(n -> n << 20));
        assertEquals(0, value.updateAndGet(n -> Byte.MIN_VALUE * 2));
        assertEquals(0, value.updateAndGet(n -> n));
        RawByte raw = value.raw();
        raw.setPlain(Byte.MIN_VALUE); // pairs with the program order of this one thread, as all of these
        assertEquals(Byte.MIN_VALUE, raw.getOpaque());
        raw.setOpaque((byte) -7);
        assertEquals((byte) -7, raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease((byte) 15);
        assertEquals(15, raw.getPlain()); // pairs with setRelease, in this thread
        assertTrue(value.toString().endsWith("[15, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void shortValue_isAsNarrowAsItsType() {
        var value = new ShortValue(Short.MAX_VALUE);
        assertEquals(Short.MAX_VALUE, value.getAndAdd(1));
        assertEquals(Short.MIN_VALUE, value.get());
        assertEquals(Short.MIN_VALUE, value.getAndSet((short) -7));
        assertFalse(value.compareAndSet(Short.MAX_VALUE, Short.MIN_VALUE));
        assertTrue(value.compareAndSet((short) -7, (short) -64));
        assertEquals((short) -(64 << 20), value.updateAndGet(n -> n << 20));
        assertEquals(0, value.updateAndGet(n -> Short.MIN_VALUE * 2));
        assertEquals(0, value.updateAndGet(n -> n));
        RawShort raw = value.raw();
        raw.setPlain(Short.MIN_VALUE); // pairs with the program order of this one thread, as all of these
        assertEquals(Short.MIN_VALUE, raw.getOpaque());
        raw.setOpaque((short) -7);
        assertEquals((short) -7, raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease((short) 15);
        assertEquals(15, raw.getPlain()); // pairs with setRelease, in this thread
        assertTrue(value.toString().endsWith("[15, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void charValue_isUnsigned() {
        var value = new CharValue(Character.MAX_VALUE);
        assertEquals(Character.MAX_VALUE, value.getAndAdd(1));
        assertEquals(0, value.getAndAdd(-1));
        assertEquals(Character.MAX_VALUE, value.getAndSet('x'));
        assertFalse(value.compareAndSet('y', 'z'));
        assertTrue(value.compareAndSet('x', 'y'));
        assertEquals('z', value.updateAndGet(letter -> letter + 1));
        RawChar raw = value.raw();
        raw.setPlain('p'); // pairs with the program order of this one thread, as all of these
        assertEquals('p', raw.getOpaque());
        raw.setOpaque('q');
        assertEquals('q', raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease('r');
        assertEquals('r', raw.getPlain()); // pairs with setRelease, in this thread
        assertTrue(value.toString().endsWith("[r, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void floatValue_keepsEachBit_andRoundsWhatIsMadeOfIt() {
        var value = new FloatValue(0.5f);
        assertEquals(0.5f, value.getAndAdd(0.25f));
        assertEquals(0.75f, value.getAndSet(-0.0f));
        assertFalse(value.compareAndSet(0.0f, 1));
        assertTrue(value.compareAndSet(-0.0f, Float.NaN));
        assertTrue(value.compareAndSet(Float.NaN, 1));
        assertEquals((float) 0.1, value.updateAndGet(n -> 0.1));
        RawFloat raw = value.raw();
        raw.setPlain(1.5f); // pairs with the program order of this one thread, as all of these
        assertEquals(1.5f, raw.getOpaque());
        raw.setOpaque(2.5f);
        assertEquals(2.5f, raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease(3.5f);
        assertEquals(3.5f, raw.getPlain()); // pairs with setRelease, in this thread
        assertTrue(value.toString().endsWith("[3.5, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void booleanValue_isAFlag() {
        var value = new BooleanValue(true);
        assertTrue(value.get());
        assertTrue(value.getAndSet(false));
        assertFalse(value.compareAndSet(true, true));
        assertTrue(value.compareAndSet(false, true));
        RawBoolean raw = value.raw();
        raw.setPlain(false); // pairs with the program order of this one thread, as all of these
        assertFalse(raw.getOpaque());
        raw.setOpaque(true);
        assertTrue(raw.getAcquire()); // pairs with setOpaque, in this thread
        raw.setRelease(false);
        assertFalse(raw.getPlain()); // pairs with setRelease, in this thread
        assertTrue(value.toString().endsWith("[false, unlocked]"), value::toString);
        value.destroy();
    }

    @Test
    void lock_isOfEachValue_andReentrant() throws Exception {
        List<Value> values = List.of(new IntValue(1), new LongValue(1), new DoubleValue(1), new BooleanValue(true));
        for (Value value : values) {
            value.run(() -> value.run(() -> {
                assertTrue(value.locked());
                assertEquals(OptionalLong.of(ProcessHandle.current().pid()), value.holder());
                for (Value other : values) {
                    assertEquals(other == value, other.locked());
                }
                try (var threads = new ThreadHarness()) {
                    threads.start("stranger", () -> {
                        assertFalse(value.tryAcquire());
                        assertFalse(value.acquire(Delays.brief()));
                        assertThrows(IllegalMonitorStateException.class, value::release);
                    });
                }
            }));
            assertFalse(value.locked());
            assertFalse(value.recover(() -> {}));
        }
        for (Value value : values) {
            value.destroy();
            value.destroy();
            assertThrows(IllegalStateException.class, value::acquire);
            assertThrows(IllegalStateException.class, value::tryAcquire);
        }
    }

    @Test
    void values_ofTwoProcesses_loseNothing() throws Exception {
        var sum = new DoubleValue(0);
        var stop = new BooleanValue(false);
        var process = new Process(() -> {
            while (!stop.get()) {
                sum.getAndAdd(0.5);
            }
            sum.getAndSet(-1);
        });
        process.start();
        for (int i = 0; i < 10_000; i++) {
            sum.updateAndGet(n -> n + 1);
        }
        assertTrue(sum.get() >= 10_000);
        stop.set(true);
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
        assertEquals(-1, sum.get());
        sum.destroy();
        stop.destroy();
    }
}
