// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_04 -r target/jcstress

   Three elements are there. One actor puts a fourth, which is the next one then, the other gets one. The rest comes out in order.
*/
/** A put and a get at the same time leave the order as it should be. */
@JCStressTest
@Outcome(id = "2, 134|1, 234", expect = Expect.ACCEPTABLE, desc = "The get came first, or the put.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost or doubled, or the order is wrong.")
@State
public class PriorityQueue_04_PutAndGet {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    /** Puts three elements. */
    public PriorityQueue_04_PutAndGet() {
        queue.addAll(List.of(3, 4, 2));
    }

    /** Puts one more. */
    @Actor
    public void putter() {
        queue.putNowait(1);
    }

    /**
     * Gets one.
     *
     * @param r where to put it
     */
    @Actor
    public void getter(II_Result r) {
        r.r1 = queue.getNowait();
    }

    /**
     * Gets the rest.
     *
     * @param r where to put it, one digit each
     */
    @Arbiter
    public void end(II_Result r) {
        r.r2 = 100 * queue.getNowait() + 10 * queue.getNowait() + queue.getNowait();
    }
}
