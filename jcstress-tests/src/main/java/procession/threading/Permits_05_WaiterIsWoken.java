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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_05 -r target/jcstress

   One actor waits for a permit, the other gives it. Whatever the order, the waiter ends with it: a lost wake-up
   would hang the test.
*/
/** A waiting acquire ends when a permit comes, with what was written before. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Taken, and seen what was written.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A write was not seen, or a permit lost or doubled.")
@State
public class Permits_05_WaiterIsWoken {

    private final Semaphore semaphore = new Semaphore(0);
    private int x;

    /**
     * Waits.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void waiter(II_Result r) {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        r.r1 = x;
    }

    /** Writes and gives. */
    @Actor
    public void giver() {
        x = 1;
        semaphore.release();
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
