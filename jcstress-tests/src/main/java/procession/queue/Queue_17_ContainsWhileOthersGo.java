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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_17 -r target/jcstress

   One actor removes the second of three elements, which moves the first, and puts a fourth, for which the ring may have to
   grow. The other looks for two elements that are there all the time, with no lock held.
*/
/** An element that is there all the time is found, whatever goes on around it. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both were found.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One was there and not found.")
@State
public class Queue_17_ContainsWhileOthersGo {

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with three elements. */
    public Queue_17_ContainsWhileOthersGo() {
        queue.add(1);
        queue.add(2);
        queue.add(3);
    }

    /** Removes one from between, and adds one behind. */
    @Actor
    public void mover() {
        boolean removed = queue.remove((Object) 2);
        queue.add(removed ? 4 : 5);
    }

    /**
     * Looks for the first and the last.
     *
     * @param r where to say whether they were found
     */
    @Actor
    public void seeker(II_Result r) {
        r.r1 = queue.contains(1) ? 1 : 0;
        r.r2 = queue.contains(3) ? 1 : 0;
    }
}
