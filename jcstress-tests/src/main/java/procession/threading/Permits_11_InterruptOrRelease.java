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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_11 -r target/jcstress

   One actor waits for a permit, one releases it, and one interrupts the first. The first result is whether the permit
   was acquired, the second how many there are then. The first actor takes the interrupt along, however late it comes.
*/
/** An interrupt loses no permit. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "It was acquired.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The interrupt was faster.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It was lost, or had twice.")
@State
public class Permits_11_InterruptOrRelease {

    private final Semaphore semaphore = new Semaphore(0);
    private volatile Thread waiter;
    private volatile boolean isInterrupted;

    /**
     * Acquires.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void acquirer(II_Result r) {
        waiter = Thread.currentThread();
        try {
            semaphore.acquire();
            r.r1 = 1;
        } catch (InterruptedException end) {
            r.r1 = 0;
        }
        while (!isInterrupted) {
            Thread.yield();
        }
        Thread.interrupted();
    }

    /** Releases. */
    @Actor
    public void releaser() {
        semaphore.release();
    }

    /** Interrupts. */
    @Actor
    public void interrupter() {
        Thread found = waiter;
        while (found == null) {
            Thread.yield();
            found = waiter;
        }
        found.interrupt();
        isInterrupted = true;
    }

    /**
     * Looks for a permit.
     *
     * @param r where to say whether there is one
     */
    @Arbiter
    public void rest(II_Result r) {
        r.r2 = semaphore.tryAcquire() ? 1 : 0;
    }
}
