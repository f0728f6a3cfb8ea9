// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;

/** The memory of a {@link ShareableList}. */
final class ListSlots {
    /*
     * Overview. Behind the cell, which has the number of elements, in the byte order of the machine:
     *
     *     table    a long for each element, and one more: where its slot begins, from the table on, and where the last one ends
     *     slot     | version, 8 bytes | half 0 | half 1 |      half    | type, 4 bytes | length, 4 bytes | bytes, a multiple of 8 |
     *
     * An even version says that the element is in half 0, an odd one in half 1. Who writes is alone, by a lock, writes the
     * other half, and then the next version. So a writer that dies has changed nothing, or all. Who reads notes the version,
     * copies that half, and looks at the version again: if it is another one, a writer may have been in the half
     * that was copied, and the reader begins anew.
     *
     * Orders: a writer's release fence comes after the version that an earlier writer wrote, and before its own bytes; so who
     * has seen one of these bytes sees a later version after its acquire fence. What is copied meanwhile may be anything, so
     * lengths are kept in bounds before they are known to be right.
     */
    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final int MAX_BYTES = 1 << 30;

    private final ByteBuffer memory;

    /** The table, which never changes. */
    private final int[] slotsAt;

    /** Finds the slots of a list, and refuses any that would overlap or not be there. */
    ListSlots(Cell cell) {
        long count = (long) Cell.LONG.getVolatile(cell.memory(), cell.at(CellDescriptor.VALUE_AT));
        long base = (long) cell.offset() + CellDescriptor.BYTES;
        long room = Math.min(cell.segment().bytes() - base, MAX_BYTES);
        if (count < 0 || (count + 1) * Long.BYTES > room || count > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a list of " + count + " elements in " + cell.segment() + ", which has " + room + " bytes for it");
        }
        this.memory = cell.segment().view(base, room);
        this.slotsAt = new int[(int) count + 1];
        long before = (count + 1) * Long.BYTES;
        for (int i = 0; i < slotsAt.length; i++) {
            long at = memory.getLong(i * Long.BYTES);
            boolean isThere = i == 0 ? at == before : at >= before + slotBytes(Long.BYTES) && at <= room;
            if (!isThere || at % Long.BYTES != 0 || (at - before) % (2 * Long.BYTES) != (i == 0 ? 0 : Long.BYTES)) {
                throw new IllegalArgumentException(
                        "a list in " + cell.segment() + " whose element " + i + " is said to be at " + at);
            }
            slotsAt[i] = (int) at;
            before = at;
        }
    }

    private static long slotBytes(long capacity) {
        return Long.BYTES + 2 * (HEADER_BYTES + capacity);
    }

    /** Returns how many bytes such a list needs. */
    static long bytes(List<ListItem> items) {
        long bytes = (items.size() + 1L) * Long.BYTES;
        for (ListItem item : items) {
            bytes += slotBytes(item.capacity());
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a list of " + bytes + " bytes with all its room; one can have " + MAX_BYTES);
        }
        return bytes;
    }

    /** Writes a list that nobody knows yet. */
    static void fill(Cell cell, List<ListItem> items) {
        ByteBuffer memory = cell.segment().view((long) cell.offset() + CellDescriptor.BYTES, bytes(items));
        long at = (items.size() + 1L) * Long.BYTES;
        int i = 0;
        for (ListItem item : items) {
            memory.putLong(i++ * Long.BYTES, at);
            put(memory, (int) at + Long.BYTES, item);
            at += slotBytes(item.capacity());
        }
        memory.putLong(i * Long.BYTES, at);
        Kind.withValue(items.size()).accept(cell);
    }

    private static void put(ByteBuffer memory, int halfAt, ListItem item) {
        memory.putInt(halfAt, item.type()).putInt(halfAt + Integer.BYTES, item.bytes().length);
        memory.put(halfAt + HEADER_BYTES, item.bytes());
    }

    int size() {
        return slotsAt.length - 1;
    }

    int capacity(int index) {
        return (slotsAt[index + 1] - slotsAt[index] - Long.BYTES) / 2 - HEADER_BYTES;
    }

    private int halfAt(int index, long version) {
        return slotsAt[index] + Long.BYTES + (int) (version & 1) * (HEADER_BYTES + capacity(index));
    }

    ListItem read(int index) {
        int versionAt = slotsAt[index];
        while (true) {
            long version = (long) Cell.LONG.getVolatile(memory, versionAt);
            int halfAt = halfAt(index, version);
            int type = memory.getInt(halfAt);
            int length = memory.getInt(halfAt + Integer.BYTES);
            boolean fits = length >= 0 && length <= capacity(index);
            byte[] bytes = new byte[fits ? length : 0];
            memory.get(halfAt + HEADER_BYTES, bytes);
            VarHandle
                    .acquireFence(); // pairs with releaseFence in write(): whose bytes were seen, whose version is seen
            if ((long) Cell.LONG.getVolatile(memory, versionAt) == version) {
                ListItem item = fits ? ListItem.read(type, bytes) : null;
                return sound(item, index);
            }
            Thread.onSpinWait(); // a writer was faster; each time round some write has succeeded
        }
    }

    private static ListItem sound(@Nullable ListItem item, int index) {
        if (item == null) {
            throw new IllegalStateException("element " + index + " is damaged, or the list has just been destroyed");
        }
        return item;
    }

    void checkFits(int index, ListItem item) {
        if (item.bytes().length > capacity(index)) {
            throw new IllegalArgumentException("an element of " + item.bytes().length + " bytes, where element " + index
                    + " has room for " + capacity(index));
        }
    }

    /** Writes an element that fits; by one thread at a time. */
    void write(int index, ListItem item) {
        int versionAt = slotsAt[index];
        long next = (long) Cell.LONG.getVolatile(memory, versionAt) + 1;
        VarHandle.releaseFence(); // pairs with acquireFence in read()
        put(memory, halfAt(index, next), item);
        Cell.LONG.setVolatile(memory, versionAt, next);
    }
}
