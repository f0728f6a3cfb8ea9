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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Event_03 -r target/jcstress

   One actor sets and looks, the other clears and looks. One of the two came last; the first to see the other's word is not the
   last to have spoken.
*/
/** Setting and clearing take effect one after the other. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Each saw its own, or the set came last.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The clear came last.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The set came last.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Each saw only the other, and both came last.")
@State
public class Event_03_SetOrClear {

    private final Event event = new Event();

    /**
     * Sets and looks.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void setter(II_Result r) {
        event.set();
        r.r1 = event.isSet() ? 1 : 0;
    }

    /**
     * Clears and looks.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void clearer(II_Result r) {
        event.clear();
        r.r2 = event.isSet() ? 1 : 0;
    }
}
