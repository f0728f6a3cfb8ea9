// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ends of pipes that are met while something is encoded for one process. */
public final class Handovers implements AutoCloseable {
    private static final ThreadLocal<@Nullable Handovers> CURRENT = new ThreadLocal<>();

    private final @Nullable Handovers outer = CURRENT.get();
    private final List<PipeEnd> ends = new ArrayList<>();

    private Handovers() {
        CURRENT.set(this);
    }

    /**
     * Begins to collect what the calling thread encodes.
     *
     * @return the collection, which ends by {@link #close}
     */
    public static Handovers collect() {
        return new Handovers();
    }

    /** Takes note of an end that is encoded. */
    static void met(PipeEnd end) {
        end.markSent();
        Handovers current = CURRENT.get();
        if (current != null) {
            current.ends.add(end);
        }
    }

    /** Ends the collecting; what was met stays, and is whoever's who collects around this. */
    @Override
    public void close() {
        CURRENT.set(outer);
        if (outer != null) {
            outer.ends.addAll(ends);
        }
    }

    /** Says that nothing was sent after all. */
    public void rollBack() {
        ends.forEach(PipeEnd::markKept);
        if (outer != null) {
            outer.ends.removeAll(ends);
        }
        ends.clear();
    }

    /** Says that the process has ended, also if it has not taken all of them. */
    public void end() {
        ends.forEach(PipeEnd::markReceiverEnded);
        ends.clear();
    }
}
