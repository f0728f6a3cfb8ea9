// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Event_01 -r target/jcstress

   One actor writes and sets, the other looks at the flag without waiting. Who sees it set sees what was written.
*/
/** Who sees an event set sees what was written before. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not set yet.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Not set yet, and the write seen early.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Set, and the write seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Set, and the write not seen.")
@State
public class Event_01_SetShowsWrites {

    private final Event event = new Event();
    private int x;

    /** Writes and sets. */
    @Actor
    public void setter() {
        x = 1;
        event.set();
    }

    /**
     * Looks.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void looker(II_Result r) {
        r.r1 = event.isSet() ? 1 : 0;
        r.r2 = x;
    }
}
