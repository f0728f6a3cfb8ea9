// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_03 -r target/jcstress

   A queue of one place, a putter of three elements and a getter of three: each waits for the other, so that a wake-up which
   gets lost stops both for ever, and jcstress reports a test that does not end.
*/
/** A putter and a getter that wait for each other all the time both get through. */
@JCStressTest
@Outcome(id = "123", expect = Expect.ACCEPTABLE, desc = "All came, in the order in which they fitted in.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost, or came twice, or too early.")
@State
public class PriorityQueue_03_HandOver {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>(1);

    /** Puts three elements, waiting for room. */
    @Actor
    public void putter() {
        try {
            queue.put(1);
            queue.put(2);
            queue.put(3);
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Gets three elements, waiting for them.
     *
     * @param r where to put them, one digit each
     */
    @Actor
    public void getter(I_Result r) {
        try {
            r.r1 = 100 * queue.get() + 10 * queue.get() + queue.get();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
