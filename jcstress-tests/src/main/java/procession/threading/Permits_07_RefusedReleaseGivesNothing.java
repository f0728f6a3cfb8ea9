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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_07 -r target/jcstress

   Two of three permits are taken. One actor gives two, the other one: the later of them would pass the bound, and
   must give nothing at all.
*/
/** A release that would pass the bound gives none of its permits. */
@JCStressTest
@Outcome(id = "1, 0, 3", expect = Expect.ACCEPTABLE, desc = "The two came first.")
@Outcome(id = "0, 1, 2", expect = Expect.ACCEPTABLE, desc = "The one came first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The bound was passed, or a part was given.")
@State
public class Permits_07_RefusedReleaseGivesNothing {

    private final BoundedSemaphore semaphore = new BoundedSemaphore(3);

    /** Takes two. */
    public Permits_07_RefusedReleaseGivesNothing() {
        semaphore.tryAcquire();
        semaphore.tryAcquire();
    }

    /**
     * Gives two.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void two(III_Result r) {
        try {
            semaphore.release(2);
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
    public void one(III_Result r) {
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
