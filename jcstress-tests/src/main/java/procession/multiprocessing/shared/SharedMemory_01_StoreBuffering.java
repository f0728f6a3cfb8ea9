// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedMemory_01 -r target/jcstress

   Each actor sets one number and then reads the other. If both read 0, each would have read before it wrote:
   volatile accesses through two mappings would be no volatile accesses of one memory.
*/
/** Volatile accesses are in one order for all mappings. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The first came first.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The second came first.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "They wrote before either read.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both read before they wrote.")
@State
public class SharedMemory_01_StoreBuffering {

    private final int index = SecondMapping.next();

    /** Clears what another state has left there. */
    public SharedMemory_01_StoreBuffering() {
        SecondMapping.here(index).set(0);
        SecondMapping.otherHere(index).set(0);
    }

    /**
     * Writes the one, and reads the other.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        SecondMapping.here(index).set(1);
        r.r1 = SecondMapping.otherHere(index).get();
    }

    /**
     * Writes the other, and reads the one.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        SecondMapping.otherThere(index).set(1);
        r.r2 = SecondMapping.there(index).get();
    }
}
