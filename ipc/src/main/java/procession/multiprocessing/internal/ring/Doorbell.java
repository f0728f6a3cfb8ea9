// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.internal.waiting.Bell;

/** The one bell of this process that threads listen to which wait for several things, wherever they come from. */
public final class Doorbell {
    static final int KIND = 1024;

    private final Cell cell;
    private final Bell bell;
    private final byte[] path;

    private Doorbell() {
        this.cell = SharedDirectory.current().cells().take(KIND, 0, 1);
        this.bell = new Bell(cell.segment(), cell.at(CellDescriptor.LOCK_AT));
        this.path = cell.segment().file().toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Guarded by the class. */
    private static @Nullable Doorbell doorbell;

    /**
     * Returns the doorbell, which is there for as long as this process.
     *
     * @return it
     */
    public static synchronized Doorbell get() {
        Doorbell made = doorbell;
        if (made == null) {
            made = new Doorbell();
            doorbell = made;
        }
        return made;
    }

    /** Writes where it is; too long a path is left out, and then the Watch tells of what there is. */
    void write(ByteBuffer memory, int at) {
        int room = RingDescriptor.CONTROL_BYTES - RingDescriptor.DOORBELL_AT - DoorbellPlace.PATH_AT;
        if (path.length <= room) {
            memory.put(at + DoorbellPlace.PATH_AT, path);
            memory.putInt(at + DoorbellPlace.OFFSET_AT, cell.offset());
            memory.putInt(at + DoorbellPlace.LENGTH_AT, path.length);
        }
    }

    /** Wakes those who listen, to look for themselves. */
    public void ring() {
        bell.ring();
    }

    /**
     * Waits until there is news.
     *
     * @param news says whether there is; asked by other threads as well, time and again
     * @param deadline until when
     * @return {@code false} if that passed first
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean await(BooleanSupplier news, Deadline deadline) throws InterruptedException {
        return bell.await(news, deadline);
    }
}
