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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedMemory_02 -r target/jcstress

   One actor writes a number plainly, then says so by a release; the other one reads by an acquire whether it was said, and
   then the number. Compilers, too, must not see two mappings as two memories.
*/
/** What was written plainly before a release is there after the acquire that sees it. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Nothing was there.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The number was there, and not said to be.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both were there.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It was said, and is not there.")
@State
public class SharedMemory_02_MessagePassing {

    private final int index = SecondMapping.next();

    /** Clears what another state has left there. */
    public SharedMemory_02_MessagePassing() {
        SecondMapping.here(index).set(0);
        SecondMapping.otherHere(index).set(0);
    }

    /**
     * Writes, and says so.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        SecondMapping.here(index).setPlain(1);
        SecondMapping.otherHere(index).setRelease(1); // pairs with getAcquire() in second()
    }

    /**
     * Looks whether it was said, and reads.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r1 = SecondMapping.otherThere(index).getAcquire(); // pairs with setRelease() in first()
        r.r2 = SecondMapping.there(index).getPlain();
    }
}
