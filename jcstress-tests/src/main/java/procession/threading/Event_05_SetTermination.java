// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Event_05 -r target/jcstress

   The actor waits for an event, and another thread sets it: the actor must end.
*/
/** A wait ends after a set. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "The waiter was woken.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "The waiter waits for ever.")
@State
public class Event_05_SetTermination {

    private final Event event = new Event();

    /**
     * Waits.
     *
     * @throws InterruptedException never
     */
    @Actor
    public void waiter() throws InterruptedException {
        event.await();
    }

    /** Sets. */
    @Signal
    public void setter() {
        event.set();
    }
}
