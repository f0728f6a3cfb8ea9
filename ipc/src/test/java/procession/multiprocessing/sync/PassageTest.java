// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamConstants;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.multiprocessing.internal.memory.CellObject;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.internal.wire.NotEncodableException;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.multiprocessing.shared.BooleanValue;
import procession.multiprocessing.shared.DoubleValue;
import procession.multiprocessing.shared.IntValue;
import procession.multiprocessing.shared.LongValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** How what is in shared memory gets into another process, and where else it does not get. */
@ExtendWith(LeakCheck.class)
class PassageTest {
    /** Lets an object travel to this process. */
    @SuppressWarnings("unchecked")
    static <T> T copy(T object) throws Exception {
        return (T) Objects.requireNonNull(
                new ObjectCodec(PassageTest.class.getClassLoader(), null).decode(ObjectCodec.encode(object)));
    }

    @Test
    void task_thatCapturesThem_sharesThem() throws Exception {
        var lock = new Lock();
        var recursive = new RLock();
        var number = new IntValue(1);
        var large = new LongValue(1L << 40);
        try (var executor = new ProcessPoolExecutor(1)) {
            String seen = executor.submit(() -> {
                        number.getAndAdd(1);
                        large.raw().getAndAdd(1);
                        number.acquire();
                        recursive.acquire();
                        return lock.locked() + " " + number.holder() + " " + recursive.heldByCurrentThread();
                    })
                    .result();
            assertEquals("false " + number.holder() + " true", seen);
            assertEquals(2, number.get());
            assertEquals((1L << 40) + 1, large.get());
            assertFalse(number.tryAcquire());
            assertFalse(recursive.tryAcquire());
            assertTrue(lock.tryAcquire());
            assertTrue(executor.submit(() -> lock.locked()).result());
            assertTrue(executor.submit(() -> {
                        lock.release();
                        return true;
                    })
                    .result());
            assertFalse(lock.locked());
        } finally {
            lock.destroy();
            recursive.destroy();
            number.destroy();
            large.destroy();
        }
    }

    @Test
    void copy_inTheSameProcess_isAnotherViewOfTheSame() throws Exception {
        var number = new IntValue(7);
        IntValue copy = copy(number);
        copy.set(8);
        assertEquals(8, number.get());
        copy.acquire();
        copy.acquire();
        assertTrue(number.tryAcquire(), "it is the same thread");
        number.release();
        number.release();
        copy.release();
        assertFalse(number.locked());
        copy.destroy();
        assertThrows(IllegalStateException.class, number::get);
        assertThrows(IllegalStateException.class, () -> number.set(1));
        assertThrows(IllegalStateException.class, number::raw);
        number.destroy();
    }

    @Test
    void barrier_travelsWithItsActionAndItsTimeout() throws Exception {
        var pid = new LongValue(0);
        var barrier = new Barrier(2, () -> pid.set(ProcessHandle.current().pid()), Delays.large());
        var hasty = new Barrier(2, Duration.ZERO);
        try (var executor = new ProcessPoolExecutor(1);
                var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("first", () -> assertEquals(0, barrier.await())));
            long worker = executor.submit(() -> {
                        assertEquals(1, barrier.await());
                        assertThrows(BrokenBarrierException.class, hasty::await);
                        return ProcessHandle.current().pid();
                    })
                    .result();
            assertEquals(worker, pid.get(), "the last one runs the action");
            assertTrue(hasty.broken());
        } finally {
            barrier.destroy();
            hasty.destroy();
            pid.destroy();
        }
    }

    @Test
    void barrier_whoseActionCantTravel_isRefused() {
        Object notSerializable = new Object();
        Runnable action = () -> System.out.println(notSerializable);
        var barrier = new Barrier(1, action);
        assertThrows(NotEncodableException.class, () -> ObjectCodec.encode(barrier));
        barrier.destroy();
    }

    @Test
    void condition_travelsWithItsLock() throws Exception {
        var lock = new Lock();
        var condition = new Condition(lock);
        var own = new Condition();
        try (var executor = new ProcessPoolExecutor(1)) {
            lock.acquire();
            var signalled = executor.submit(() -> {
                assertTrue(lock.locked());
                condition.signal();
                own.run(own::signalAll);
                own.destroy();
                return condition.toString();
            });
            assertTrue(signalled.result().contains("[Lock@"));
            lock.release();
            assertThrows(IllegalStateException.class, own::acquire, "its lock has ended with it");
        } finally {
            condition.destroy();
            lock.destroy();
            own.destroy();
        }
    }

    @Test
    void objectsOfOneSegment_shareItsMapping() throws Exception {
        var first = new Lock();
        var second = new Lock();
        assertSame(first.cell().segment(), second.cell().segment());
        assertSame(first.cell().segment(), copy(first).cell().segment());
        first.destroy();
        assertTrue(second.tryAcquire());
        second.destroy();
    }

    @Test
    void writeObject_toAFile_isRefused() throws Exception {
        var lock = new Lock();
        var recursive = new RLock();
        var number = new IntValue(0);
        var large = new LongValue(0);
        var real = new DoubleValue(0);
        var flag = new BooleanValue(false);
        var event = new Event();
        var barrier = new Barrier(1, () -> {});
        var condition = new Condition();
        for (Object shared : List.of(
                lock,
                recursive,
                event,
                barrier,
                condition,
                number,
                large,
                real,
                flag,
                number.raw(),
                large.raw(),
                real.raw(),
                flag.raw())) {
            try (var stream = new ObjectOutputStream(new ByteArrayOutputStream())) {
                String message =
                        String.valueOf(assertThrows(NotSerializableException.class, () -> stream.writeObject(shared))
                                .getMessage());
                assertTrue(message.contains(shared.getClass().getName() + " lives in"), message);
            }
        }
        event.destroy();
        barrier.destroy();
        condition.destroy();
        real.destroy();
        flag.destroy();
        lock.destroy();
        recursive.destroy();
        number.destroy();
        large.destroy();
    }

    @Test
    void readObject_ofAStreamThatWasMadeByHand_isRefused() throws Exception {
        for (List<Class<?>> classes : List.<List<Class<?>>>of(
                List.of(Lock.class),
                List.of(IntValue.class),
                List.of(Lock.class, SyncObject.class),
                List.of(Lock.class, SyncObject.class, CellObject.class))) {
            try (var stream = new ObjectInputStream(new ByteArrayInputStream(withoutData(classes)))) {
                String message = String.valueOf(assertThrows(InvalidObjectException.class, stream::readObject)
                        .getMessage());
                assertTrue(message.contains("travels as the place"), message);
            }
        }
    }

    /** Returns a stream with an object of the first class; the others are what the writer thought it extends. */
    private static byte[] withoutData(List<Class<?>> classes) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var stream = new DataOutputStream(bytes)) {
            stream.writeShort(ObjectStreamConstants.STREAM_MAGIC);
            stream.writeShort(ObjectStreamConstants.STREAM_VERSION);
            stream.writeByte(ObjectStreamConstants.TC_OBJECT);
            for (Class<?> type : classes) {
                stream.writeByte(ObjectStreamConstants.TC_CLASSDESC);
                stream.writeUTF(type.getName());
                stream.writeLong(1);
                stream.writeByte(ObjectStreamConstants.SC_SERIALIZABLE);
                stream.writeShort(0);
                stream.writeByte(ObjectStreamConstants.TC_ENDBLOCKDATA);
            }
            stream.writeByte(ObjectStreamConstants.TC_NULL);
        }
        return bytes.toByteArray();
    }

    @Test
    void decode_whenTheCreatorHasGivenItBack_saysSo() throws Exception {
        var lock = new Lock();
        byte[] encoded = ObjectCodec.encode(lock);
        String directory = SharedDirectory.current().path().toString();
        lock.destroy();
        System.gc(); // the mapping may be there still, and then the object is found, and destroyed
        try {
            Lock late = (Lock) new ObjectCodec(PassageTest.class.getClassLoader(), null).decode(encoded);
            assertTrue(late != null && late.toString().endsWith("[destroyed]"));
        } catch (InvalidObjectException gone) {
            String message = String.valueOf(gone.getMessage());
            assertTrue(message.contains("is gone") && message.contains(directory), message);
        }
    }
}
