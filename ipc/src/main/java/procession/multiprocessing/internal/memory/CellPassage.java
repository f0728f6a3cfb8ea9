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
public abstract class CellPassage implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String directory;
    private final String segment;
    private final int offset;

    /**
     * Makes the traveller.
     *
     * @param cell the cell
     */
    protected CellPassage(Cell cell) {
        this.directory = cell.segment().directory().path().toString();
        this.segment = String.valueOf(cell.segment().file().getFileName());
        this.offset = cell.offset();
    }

    /**
     * Returns which kind of object it is.
     *
     * @return the kind
     */
    protected abstract int kind();

    /**
     * Makes the object, where it has arrived.
     *
     * @param cell the cell
     * @return the object
     */
    protected abstract Object arrive(Cell cell);

    /** Returns what people call the object. */
    private String what() {
        return "a " + getClass().getPackageName() + "." + name();
    }

    /**
     * Returns the simple name of the object's class.
     *
     * @return the name
     */
    protected abstract String name();

    /** Writes it, if the stream goes to another process. */
    private void writeObject(ObjectOutputStream stream) throws IOException {
        if (!ObjectCodec.isBetweenProcesses(stream)) {
            throw new NotSerializableException(
                    what() + " lives in the memory of processes, and can't be stored; let another process have it by"
                            + " capturing it in a task or in the action of a Process");
        }
        stream.defaultWriteObject();
    }

    /**
     * Finds the object.
     *
     * @return the object
     * @throws ObjectStreamException if it is not there any more, or can't be shared with this process
     */
    protected Object readResolve() throws ObjectStreamException {
        try {
            Segment there = SharedDirectory.at(Path.of(directory)).attach(segment);
            return arrive(Cells.find(there, offset, kind()));
        } catch (IOException | IllegalArgumentException | NullPointerException refused) {
            InvalidObjectException failure = new InvalidObjectException(
                    what() + " could not be had from another process: " + refused.getMessage());
            failure.initCause(refused);
            throw failure;
        }
    }
}
