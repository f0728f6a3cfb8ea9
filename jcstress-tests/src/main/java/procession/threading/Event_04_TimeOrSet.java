// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Event_04 -r target/jcstress

   One actor waits for no time at all, the other sets and clears. The wait may see either, and the event ends cleared.
*/
/** A wait that does not wait sees the event before, set, or after. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Before the set, or after the clear.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "In between.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The event is still set.")
@State
public class Event_04_TimeOrSet {

    private final Event event = new Event();

    /**
     * Waits for no time.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void waiter(II_Result r) {
        try {
            r.r1 = event.await(Duration.ZERO) ? 1 : 0;
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Sets and clears. */
    @Actor
    public void flipper() {
        event.set();
        event.clear();
    }

    /**
     * Looks when both have ended.
     *
     * @param r where to say what it saw
     */
    @Arbiter
    public void end(II_Result r) {
        r.r2 = event.isSet() ? 1 : 0;
    }
}
