// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import com.google.errorprone.annotations.DoNotCall;
import java.io.InvalidObjectException;
import java.io.Serializable;

/** An object in a cell, of which another process gets one of the same cell by its being captured or sent. */
public abstract class CellObject implements Serializable {
    private static final long serialVersionUID = 1L;

    private final transient CellKind kind;
    private final transient Cell cell;

    /**
     * Makes what this process has of the object.
     *
     * @param kind its class
     * @param cell where it is
     */
    protected CellObject(CellKind kind, Cell cell) {
        this.kind = kind;
        this.cell = cell;
    }

    /**
     * Returns where the object is.
     *
     * @return the cell
     */
    protected final Cell place() {
        return cell;
    }

    /**
     * Lets the place where this is travel instead of this. A class whose objects have more to carry lets that travel along with
     * what this returns, which arrives as an object of the class.
     *
     * @return the place
     */
    protected Object writeReplace() {
        return new CellPassage(kind, cell);
    }

    /**
     * Refuses a stream that was not made by {@link #writeReplace}.
     *
     * @return nothing
     * @throws InvalidObjectException always
     */
    @DoNotCall("by serialization only")
    protected final Object readResolve() throws InvalidObjectException {
        throw new InvalidObjectException("shared memory travels as the place where it is");
    }
}
