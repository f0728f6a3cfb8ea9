// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Event_02 -r target/jcstress

   One actor waits for the event, the other sets it. Whatever the order, the waiter ends: a lost wake-up would hang the test.
*/
/** A wait ends when the event is set, with what was written before. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Woken, or never had to wait.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Woken without what was written.")
@State
public class Event_02_WaiterIsWoken {

    private final Event event = new Event();
    private int x;

    /**
     * Waits.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void waiter(I_Result r) {
        try {
            event.await();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        r.r1 = x;
    }

    /** Writes and sets. */
    @Actor
    public void setter() {
        x = 1;
        event.set();
    }
}
