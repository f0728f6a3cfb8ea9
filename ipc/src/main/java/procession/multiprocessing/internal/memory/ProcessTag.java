// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

/**
 * Which process: one long, that can be written into shared memory by one compare-and-set.
 *
 * <pre>
 *   63                            32 31  29 28            13 12            0
 *   +-------------------------------+------+----------------+--------------+
 *   | pid                           | 0    | generation     | slot + 1     |
 *   +-------------------------------+------+----------------+--------------+
 * </pre>
 * A slot belongs to one process at a time, and the generation changes with each of them, so a tag stays the name of the
 * process that had it after another one has the slot. The pid is there to be shown to people. That it also differs makes a
 * tag still harder to meet twice; whether its process is alive does not depend on it.
 *
 * <p>The three bits that are 0 are for whoever stores a tag. A tag is never 0.
 */
public final class ProcessTag {
    /** How many processes can have a tag at a time. */
    public static final int MAX_SLOTS = 4096;

    /** The bits that no tag has. */
    public static final long FREE_BITS = 0xE000_0000L;

    private static final int GENERATION_SHIFT = 13;
    private static final int SLOT_MASK = (1 << GENERATION_SHIFT) - 1;
    private static final int GENERATION_MASK = 0xFFFF;
    private static final int PID_SHIFT = 32;
    private static final long LOW_BITS = (1L << PID_SHIFT) - 1 & ~FREE_BITS;

    private ProcessTag() {}

    /**
     * Returns the next tag of a slot.
     *
     * @param slot the slot, from 0
     * @param before what the slot has had, a tag or what {@link #buried} has made of one; 0 for nothing
     * @param pid the id of the process
     * @return the tag
     */
    static long next(int slot, long before, long pid) {
        long generation = ((before >>> GENERATION_SHIFT) + 1) & GENERATION_MASK;
        return pid << PID_SHIFT | generation << GENERATION_SHIFT | (slot + 1);
    }

    /** Returns what is left of a tag in its slot when its process is known to be dead. */
    static long buried(long tag) {
        return tag & (long) GENERATION_MASK << GENERATION_SHIFT;
    }

    /** Returns the slot, or -1 if these bits name none. */
    static int slot(long tag) {
        int slot = (int) (tag & SLOT_MASK) - 1;
        return slot < MAX_SLOTS ? slot : -1;
    }

    /**
     * Returns what people call the process.
     *
     * @param tag a tag
     * @return its pid
     */
    public static long pid(long tag) {
        return tag >>> PID_SHIFT;
    }

    /**
     * Returns the part of a tag in which two processes of one time differ.
     *
     * @param tag a tag
     * @return 29 bits
     */
    public static long lowBits(long tag) {
        return tag & LOW_BITS;
    }
}
