// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t Event_06 -r target/jcstress-wide

   Three actors wait for the event, the fourth sets it. All end: a wake-up that is not passed on would hang the test.
*/
/** A set lets all go. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "All went.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The event is not set.")
@State
public class Event_06_OneSetLetsThreeGo {

    private final Event event = new Event();

    /** Waits. */
    @Actor
    public void first() {
        try {
            event.await();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Waits. */
    @Actor
    public void second() {
        try {
            event.await();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Waits. */
    @Actor
    public void third() {
        try {
            event.await();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Sets. */
    @Actor
    public void setter() {
        event.set();
    }

    /**
     * Looks when all have ended.
     *
     * @param r where to say what it saw
     */
    @Arbiter
    public void end(I_Result r) {
        r.r1 = event.isSet() ? 1 : 0;
    }
}
