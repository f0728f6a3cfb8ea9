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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_03 -r target/jcstress

   Two elements, two actors that get one each: each element goes to exactly one of them.
*/
/** An element goes to one getter only. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The first getter was first.")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "The second getter was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost, or went to both.")
@State
public class Queue_03_TwoGetters {

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with two elements. */
    public Queue_03_TwoGetters() {
        queue.add(1);
        queue.add(2);
    }

    /**
     * Gets an element.
     *
     * @param r where to put it
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = queue.getNowait();
    }

    /**
     * Gets an element.
     *
     * @param r where to put it
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = queue.remove();
    }
}
