// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import procession.multiprocessing.internal.memory.Cell;

/**
 * What the threads of this process have in common at one object of shared memory, however many copies of the object they
 * have, and through however many mappings. It lives as long as one of the copies refers to it.
 */
final class InProcess {
    /** Guarded by itself. */
    private static final Map<Place, WeakReference<?>> KNOWN = new HashMap<>();

    private static final int MIN_TIDY = 64;

    /** How many of them there are when those that nobody has any more are removed; guarded as they are. */
    private static int tidyAt = MIN_TIDY;

    /** Where an object is: names of files are never used again. */
    private record Place(Path file, int offset) {}

    private InProcess() {}

    /**
     * Returns what this process has in common at a cell.
     *
     * @param cell where the object is
     * @param type the class
     * @param make makes it, if there is none
     */
    static <T> T at(Cell cell, Class<T> type, Supplier<T> make) {
        Place place = new Place(cell.segment().file(), cell.offset());
        synchronized (KNOWN) {
            WeakReference<?> reference = KNOWN.get(place);
            Object known = reference == null ? null : reference.get();
            if (known != null) {
                return type.cast(known);
            }
            if (KNOWN.size() >= tidyAt) {
                KNOWN.values().removeIf(gone -> gone.get() == null);
                tidyAt = 2 * KNOWN.size() + MIN_TIDY;
            }
            T made = make.get();
            KNOWN.put(place, new WeakReference<>(made));
            return made;
        }
    }
}
