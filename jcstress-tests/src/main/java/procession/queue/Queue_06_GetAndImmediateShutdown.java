// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_06 -r target/jcstress

   One actor gets the only element, the other shuts down immediately, which drops what is there. An element that was got
   holds a join until it is done; one that was dropped does not.
*/
/** An element is either got, and its task unfinished, or dropped, and its task finished. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The get was first.")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "The shutdown was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The element was got and dropped, or neither.")
@State
public class Queue_06_GetAndImmediateShutdown {

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with an element. */
    public Queue_06_GetAndImmediateShutdown() {
        queue.add(1);
    }

    /**
     * Gets.
     *
     * @param r where to put the element
     */
    @Actor
    public void getter(III_Result r) {
        @Nullable Integer element = queue.poll();
        r.r1 = element == null ? 0 : element;
    }

    /** Shuts down. */
    @Actor
    public void closer() {
        queue.shutdown(true);
    }

    /**
     * Looks when both have ended.
     *
     * @param r where to put the numbers of elements and tasks
     */
    @Arbiter
    public void look(III_Result r) {
        r.r2 = queue.size();
        r.r3 = (int) queue.unfinishedTasks();
    }
}
