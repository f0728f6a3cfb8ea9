// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_08 -r target/jcstress

   A queue of one place, two actors that offer: exactly one succeeds.
*/
/** One place takes one of two elements. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The first got the place.")
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "The second got the place.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both, or nobody.")
@State
public class Queue_08_BoundOfOne {

    private final Queue<Integer> queue = new Queue<>(1);

    /**
     * Offers.
     *
     * @param r where to say whether it was taken
     */
    @Actor
    public void first(III_Result r) {
        r.r1 = queue.offer(1) ? 1 : 0;
    }

    /**
     * Offers.
     *
     * @param r where to say whether it was taken
     */
    @Actor
    public void second(III_Result r) {
        r.r2 = queue.offer(2) ? 1 : 0;
    }

    /**
     * Looks when both have ended.
     *
     * @param r where to put the number of elements
     */
    @Arbiter
    public void look(III_Result r) {
        r.r3 = queue.size();
    }
}
