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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedMemory_04 -r target/jcstress

   Both actors add to one number. If both find 0, one addition is lost.
*/
/** No addition is lost. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The first came first.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The second came first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An addition was lost.")
@State
public class SharedMemory_04_GetAndAdd {

    private final int index = SecondMapping.next();

    /** Clears what another state has left there. */
    public SharedMemory_04_GetAndAdd() {
        SecondMapping.here(index).set(0);
        SecondMapping.otherHere(index).set(0);
    }

    /**
     * Adds.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = SecondMapping.here(index).getAndAdd(1);
    }

    /**
     * Adds.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = SecondMapping.there(index).getAndAdd(1);
    }
}
