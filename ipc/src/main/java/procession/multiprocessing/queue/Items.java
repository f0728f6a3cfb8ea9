// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.internal.ring.Handovers;
import procession.multiprocessing.internal.ring.SharedFifo;
import procession.multiprocessing.internal.ring.ShutException;
import procession.multiprocessing.internal.wire.NotEncodableException;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.queue.ShutDown;

/** Objects in and out of a queue of bytes. */
final class Items {
    private Items() {}

    /** One way to put bytes. */
    private interface Putting {
        boolean put(byte[] item) throws ShutException, InterruptedException;
    }

    /** Puts an item; what it hands over stays here if it is not put. */
    private static boolean put(Object queue, @Nullable Object item, Putting putting) throws InterruptedException {
        Handovers handovers = Handovers.collect();
        boolean done = false;
        try (handovers) {
            done = putting.put(ObjectCodec.encode(item));
            return done;
        } catch (NotEncodableException refused) {
            throw new NotTransferableException(String.valueOf(refused.getMessage()), refused);
        } catch (ShutException shut) {
            throw new ShutDown("nothing can be put any more: " + queue);
        } finally {
            if (!done) {
                handovers.rollBack();
            }
        }
    }

    static boolean put(SharedFifo fifo, Object queue, @Nullable Object item, Deadline deadline)
            throws InterruptedException {
        return put(queue, item, bytes -> fifo.put(bytes, deadline));
    }

    static boolean putNowait(SharedFifo fifo, Object queue, @Nullable Object item) {
        try {
            return put(queue, item, fifo::putNow);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static byte @Nullable [] get(SharedFifo fifo, Object queue, Deadline deadline) throws InterruptedException {
        try {
            return fifo.get(deadline);
        } catch (ShutException shut) {
            throw new ShutDown("there is nothing left to get: " + queue);
        }
    }

    static byte @Nullable [] getNowait(SharedFifo fifo, Object queue) {
        try {
            return fifo.getNow();
        } catch (ShutException shut) {
            throw new ShutDown("there is nothing left to get: " + queue);
        }
    }

    static @Nullable Object decoded(SharedFifo fifo, byte[] item) {
        boolean decoded = false;
        try {
            Object object = ObjectCodec.ofCaller().decode(item);
            decoded = true;
            return object;
        } catch (IOException | ClassNotFoundException failure) {
            throw new IllegalStateException(
                    "got an item that this process can't have: " + failure.getMessage(), failure);
        } finally {
            if (!decoded && fifo.isKeptTillDone()) {
                boolean unused = fifo.done(); // nobody else will say so
            }
            fifo.letGo();
        }
    }
}
