// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SimpleQueue_01 -r target/jcstress

   One actor puts two elements, the other gets two, waiting for them. A lost wake-up would hang the test.
*/
/** A getter gets all, in order, with what was written before. */
@JCStressTest
@Outcome(id = "12, 1", expect = Expect.ACCEPTABLE, desc = "Both came, in order.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost or doubled, or a write not seen.")
@State
public class SimpleQueue_01_HandOver {

    private final SimpleQueue<Integer> queue = new SimpleQueue<>();
    private int x;

    /** Writes, and puts two. */
    @Actor
    public void putter() {
        x = 1;
        queue.put(1);
        queue.put(2);
    }

    /**
     * Gets two, and reads.
     *
     * @param r where to put them, one digit each, and what it saw
     */
    @Actor
    public void getter(II_Result r) {
        try {
            r.r1 = 10 * queue.get() + queue.get();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        r.r2 = x;
    }
}
