// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_02 -r target/jcstress

   One actor gives a permit, the other tries to take one: whether it got one or not, what it has and what is left
   make one.
*/
/** A permit that is given is taken or is there. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Tried too early; the permit is there.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Took it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A permit was lost or doubled.")
@State
public class Permits_02_ReleaseAndTryAcquireConserve {

    private final Semaphore semaphore = new Semaphore(0);

    /** Gives one. */
    @Actor
    public void giver() {
        semaphore.release();
    }

    /**
     * Tries to take one.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void taker(II_Result r) {
        r.r1 = semaphore.tryAcquire() ? 1 : 0;
    }

    /**
     * Counts what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(II_Result r) {
        r.r2 = semaphore.value();
    }
}
