// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;

/** A class of objects that live in cells; implemented by enums, whose constants travel. */
public interface CellKind {
    /**
     * Returns what is written into the cells of such objects. Two classes have the same code only if their objects can be in
     * the same cell.
     *
     * @return the code, from 1 to 65535
     */
    int code();

    /**
     * Returns the class.
     *
     * @return the class
     */
    Class<?> type();

    /**
     * Makes the object that this process has of one in a cell.
     *
     * @param cell the cell, whose kind has been checked
     * @return the object
     * @throws IOException if what is in the cell can't be such an object
     */
    Object arrive(Cell cell) throws IOException;

    /**
     * Takes a cell for such an object.
     *
     * @param options what the object is made with
     * @return the cell, filled with zeros otherwise
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    default Cell newCell(int options) {
        return newCells(options, 1);
    }

    /**
     * Takes cells that follow each other for such an object.
     *
     * @param options what the object is made with
     * @param count how many
     * @return the first of them, filled with zeros otherwise
     * @throws java.io.UncheckedIOException if there is no room for them
     */
    default Cell newCells(int options, int count) {
        return SharedDirectory.current().cells().take(code(), options, count);
    }
}
