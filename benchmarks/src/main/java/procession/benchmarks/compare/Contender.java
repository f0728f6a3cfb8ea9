// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;

/** How one of those who are compared is measured. */
@FunctionalInterface
interface Contender {
    /**
     * Measures once, as {@link Clock} helps to do.
     *
     * @param atLeast how long to go on; a measurement of one event, such as a start, takes as long as it takes
     * @return the median, rate or time, in the unit of the bench; finite and above zero
     * @throws Exception if the contender fails, which ends its part in the comparison
     */
    double measure(Duration atLeast) throws Exception;
}
