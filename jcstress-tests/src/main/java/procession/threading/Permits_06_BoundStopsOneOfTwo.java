// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_06 -r target/jcstress

   The one permit is taken, and two actors give it back: only one can.
*/
/** Of two releases that together pass the bound, one is refused. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The first gave it back.")
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "The second gave it back.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The bound was passed, or a permit was lost.")
@State
public class Permits_06_BoundStopsOneOfTwo {

    private final BoundedSemaphore semaphore = new BoundedSemaphore(1);

    /** Takes the permit. */
    public Permits_06_BoundStopsOneOfTwo() {
        semaphore.tryAcquire();
    }

    /**
     * Gives one.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(III_Result r) {
        try {
            semaphore.release();
            r.r1 = 1;
        } catch (IllegalStateException full) {
            r.r1 = 0;
        }
    }

    /**
     * Gives one.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(III_Result r) {
        try {
            semaphore.release();
            r.r2 = 1;
        } catch (IllegalStateException full) {
            r.r2 = 0;
        }
    }

    /**
     * Counts the permits.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(III_Result r) {
        r.r3 = semaphore.value();
    }
}
