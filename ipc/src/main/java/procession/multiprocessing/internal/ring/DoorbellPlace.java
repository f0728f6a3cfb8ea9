// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.Cells;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.internal.waiting.Bell;

/** Where a ring says which doorbell to ring: an offset and a length, of an int each, and a path of that length. */
final class DoorbellPlace {
    static final int OFFSET_AT = 0;
    static final int LENGTH_AT = OFFSET_AT + Long.BYTES;
    static final int PATH_AT = LENGTH_AT + Long.BYTES;

    private final ByteBuffer memory;
    private final int at;

    /** The doorbell that was rung last, and where it is; guarded by this. */
    private String knownPath = "";

    private int knownOffset;
    private @Nullable Bell known;

    DoorbellPlace(ByteBuffer memory, int at) {
        this.memory = memory;
        this.at = at;
    }

    /** Rings it. If that can't be done, because its process has just gone, nobody has to hear it. */
    synchronized void ring() {
        int length = memory.getInt(at + LENGTH_AT);
        if (length <= 0 || length > RingDescriptor.CONTROL_BYTES) {
            return;
        }
        byte[] bytes = new byte[length];
        memory.get(at + PATH_AT, bytes);
        String path = new String(bytes, StandardCharsets.UTF_8);
        int offset = memory.getInt(at + OFFSET_AT);
        try {
            Bell bell = known;
            if (bell == null || offset != knownOffset || !path.equals(knownPath)) {
                bell = find(Path.of(path), offset);
                known = bell;
                knownPath = path;
                knownOffset = offset;
            }
            bell.ring();
        } catch (IOException | InvalidPathException gone) {
            known = null;
        }
    }

    private static Bell find(Path file, int offset) throws IOException {
        Path directory = file.getParent();
        Path name = file.getFileName();
        if (directory == null || name == null) {
            throw new IOException("no doorbell: " + file);
        }
        Segment segment = SharedDirectory.existing(directory).attach(name.toString());
        Cell cell = Cells.find(segment, offset, Doorbell.KIND); // so that a place that is half written is nobody's lock
        return new Bell(segment, cell.at(CellDescriptor.LOCK_AT));
    }
}
