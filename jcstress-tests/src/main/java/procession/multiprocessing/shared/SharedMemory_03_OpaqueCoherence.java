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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedMemory_03 -r target/jcstress

   One actor writes a number opaquely, the other one reads it twice. Opaque accesses of one number are in one order, so that
   it can't be new first and old then.
*/
/** A number never goes back in time. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not written yet.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Written in between.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Written before.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It went back in time.")
@State
public class SharedMemory_03_OpaqueCoherence {

    private final int index = SecondMapping.next();

    /** Clears what another state has left there. */
    public SharedMemory_03_OpaqueCoherence() {
        SecondMapping.here(index).set(0);
        SecondMapping.otherHere(index).set(0);
    }

    /**
     * Writes.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        SecondMapping.here(index).setOpaque(1); // pairs with getOpaque() in second()
    }

    /**
     * Reads twice.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r1 = SecondMapping.there(index).getOpaque(); // pairs with setOpaque() in first()
        r.r2 = SecondMapping.there(index).getOpaque(); // pairs with setOpaque() in first()
    }
}
