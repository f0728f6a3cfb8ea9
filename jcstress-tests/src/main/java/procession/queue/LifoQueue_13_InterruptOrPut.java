// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t LifoQueue_13 -r target/jcstress

   One actor waits for an element, one puts it, and one interrupts the first. The first result is what was got, or 0
   for an interrupt, and the second what is left. The first actor takes the interrupt along, however late it comes.
*/
/** An interrupt loses no element. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "It was got.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The interrupt was faster.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It was lost, or had twice.")
@State
public class LifoQueue_13_InterruptOrPut {

    private final LifoQueue<Integer> queue = new LifoQueue<>(1);
    private volatile Thread waiter;
    private volatile boolean isInterrupted;

    /**
     * Gets.
     *
     * @param r where to put it
     */
    @Actor
    public void getter(II_Result r) {
        waiter = Thread.currentThread();
        try {
            r.r1 = queue.get();
        } catch (InterruptedException end) {
            r.r1 = 0;
        }
        while (!isInterrupted) {
            Thread.yield();
        }
        Thread.interrupted();
    }

    /** Puts. */
    @Actor
    public void putter() {
        queue.add(1);
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
     * Looks at what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void rest(II_Result r) {
        Integer left = queue.poll();
        r.r2 = left == null ? 0 : left;
    }
}
