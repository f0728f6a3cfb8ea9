// SPDX-License-Identifier: Apache-2.0
package procession.stress.broken;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/*
   How to run this test:
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -m quick -t BrokenWait_01 -r target/jcstress

   A wait for a field that is not volatile: the compiler reads it once, before the loop.
*/
/** A wait that does not see its event. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "It saw the event.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "It waits for ever.")
@State
public class BrokenWait_01 {

    private boolean isSet;

    /** Waits. */
    @Actor
    public void waiter() {
        while (!isSet) {
            // nothing: each look at anything volatile might hide the mistake
        }
    }

    /** Sets. */
    @Signal
    public void setter() {
        isSet = true;
    }
}
