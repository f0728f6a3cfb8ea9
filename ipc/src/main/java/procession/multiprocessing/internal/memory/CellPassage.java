// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.nio.file.Path;
import procession.multiprocessing.internal.wire.ObjectCodec;

/**
 * What travels to another process in the place of an object in a cell: where it is. There it becomes an object of the
 * same cell.
 */
final class CellPassage implements Serializable {
    private static final long serialVersionUID = 1L;

    /** An enum constant. */
    @SuppressWarnings("serial") // which travels by its name
    private final CellKind kind;

    private final String directory;
    private final String segment;
    private final int offset;

    CellPassage(CellKind kind, Cell cell) {
        this.kind = kind;
        this.directory = cell.segment().directory().path().toString();
        this.segment = String.valueOf(cell.segment().file().getFileName());
        this.offset = cell.offset();
    }

    /** Writes it, if the stream goes to another process. */
    private void writeObject(ObjectOutputStream stream) throws IOException {
        if (!ObjectCodec.isBetweenProcesses(stream)) {
            throw new NotSerializableException(
                    "a " + kind.type().getName() + " lives in the memory of processes, and can't be stored; let another"
                            + " process have it by capturing it in a task or in the action of a Process");
        }
        stream.defaultWriteObject();
    }

    /**
     * Finds the object.
     *
     * @return the object
     * @throws ObjectStreamException if it is not there any more, or can't be shared with this process
     */
    private Object readResolve() throws ObjectStreamException {
        try {
            Segment there = SharedDirectory.existing(Path.of(directory)).attach(segment);
            return kind.arrive(Cells.find(there, offset, kind.code()));
        } catch (IOException | IllegalArgumentException | NullPointerException refused) {
            String what = kind == null ? "shared memory" : "a " + kind.type().getName();
            InvalidObjectException failure = new InvalidObjectException(
                    what + " could not be had from another process: " + refused.getMessage());
            failure.initCause(refused);
            throw failure;
        }
    }
}
