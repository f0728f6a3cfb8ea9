// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.internal.ring.SharedFifo;
import procession.multiprocessing.internal.ring.ShutException;
import procession.multiprocessing.internal.wire.NotEncodableException;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.queue.ShutDown;

/** Objects in and out of a queue of bytes. */
final class Items {
    private Items() {}

    private static byte[] encoded(@Nullable Object item) {
        try {
            return ObjectCodec.encode(item);
        } catch (NotEncodableException refused) {
            throw new NotTransferableException(String.valueOf(refused.getMessage()), refused);
        }
    }

    static boolean put(SharedFifo fifo, Object queue, @Nullable Object item, Deadline deadline)
            throws InterruptedException {
        byte[] bytes = encoded(item);
        try {
            return fifo.put(bytes, deadline);
        } catch (ShutException shut) {
            throw new ShutDown("nothing can be put any more: " + queue);
        }
    }

    static boolean putNowait(SharedFifo fifo, Object queue, @Nullable Object item) {
        byte[] bytes = encoded(item);
        try {
            return fifo.putNow(bytes);
        } catch (ShutException shut) {
            throw new ShutDown("nothing can be put any more: " + queue);
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
        try {
            return ObjectCodec.ofCaller().decode(item);
        } catch (IOException | ClassNotFoundException failure) {
            throw new IllegalStateException(
                    "got an item that this process can't have: " + failure.getMessage(), failure);
        } finally {
            fifo.letGo();
        }
    }
}
