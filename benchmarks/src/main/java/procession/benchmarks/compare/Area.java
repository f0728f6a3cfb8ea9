// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.List;

/**
 * Benches that are run together and share what they measure. To add one: implement this, and name it in {@link Areas}.
 */
interface Area {
    /**
     * Returns what the area is called on the command line; the names of its benches start with it and a dot.
     *
     * @return one word in lower case
     */
    String name();

    /**
     * Returns the question that the area answers, for {@code --list}.
     *
     * @return one line
     */
    String question();

    /**
     * Starts what is measured, and tells how.
     *
     * @param setup owns what has to be closed, and finds peers in other languages
     * @return the benches, in the order in which they are shown
     * @throws Exception if ours can't be started; peers that can't are left out instead
     */
    List<Bench> open(Setup setup) throws Exception;
}
