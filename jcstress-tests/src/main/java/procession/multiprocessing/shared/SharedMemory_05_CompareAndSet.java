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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedMemory_05 -r target/jcstress

   Both actors exchange 0 for something else. Only one can have found it.
*/
/** A compare-and-set succeeds once. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second had it.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first had it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both had it, or nobody.")
@State
public class SharedMemory_05_CompareAndSet {

    private final int index = SecondMapping.next();

    /** Clears what another state has left there. */
    public SharedMemory_05_CompareAndSet() {
        SecondMapping.here(index).set(0);
        SecondMapping.otherHere(index).set(0);
    }

    /**
     * Exchanges.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = SecondMapping.here(index).compareAndSet(0, 1) ? 1 : 0;
    }

    /**
     * Exchanges.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = SecondMapping.there(index).compareAndSet(0, 2) ? 1 : 0;
    }
}
