// SPDX-License-Identifier: Apache-2.0
package procession.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** All ways in which the waits of some types end. */
public final class Waits {
    /** Makes a wait with objects of its own. */
    public interface Maker {
        /**
         * Makes one.
         *
         * @return a wait
         * @throws Exception if that fails
         */
        EndingWait make() throws Exception;
    }

    /**
     * One way.
     *
     * @param method what waits, for example {@code Queue.put(Object)}
     * @param end what ends it
     * @param maker makes such a wait
     */
    public record Way(String method, String end, Maker maker) {
        /**
         * Makes such a wait.
         *
         * @return a wait for one time
         */
        public EndingWait make() {
            try {
                return maker.make();
            } catch (Exception failure) {
                throw new AssertionError(this.toString(), failure);
            }
        }

        @Override
        public String toString() {
            return method + " ends by " + end;
        }
    }

    private final List<Way> ways = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    /** For who adds some. */
    public Waits() {}

    /**
     * Adds a way.
     *
     * @param method what waits
     * @param end what ends it
     * @param maker makes such a wait
     * @return this
     */
    public Waits add(String method, String end, Maker maker) {
        ways.add(new Way(method, end, maker));
        return this;
    }

    /**
     * Returns all.
     *
     * @return the ways, in the order in which they were added
     */
    public List<Way> all() {
        return List.copyOf(ways);
    }

    /**
     * Makes a wait of the way that is next.
     *
     * @return a wait for one time
     */
    public EndingWait next() {
        return ways.get(Math.floorMod(next.getAndIncrement(), ways.size())).make();
    }
}
