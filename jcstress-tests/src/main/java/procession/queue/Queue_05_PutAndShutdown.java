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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_05 -r target/jcstress

   One actor puts, the other shuts down. Either the element is in, and counts, or the putter was told that it is not:
   nothing in between.
*/
/** A put that meets a shutdown is either done or refused. */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "The put was first.")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "The shutdown was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The putter was told something wrong.")
@State
public class Queue_05_PutAndShutdown {

    private final Queue<Integer> queue = new Queue<>(1);

    /**
     * Puts.
     *
     * @param r where to say whether that was accepted
     */
    @Actor
    public void putter(III_Result r) {
        try {
            queue.putNowait(1);
            r.r1 = 1;
        } catch (ShutDown refused) {
            r.r1 = 0;
        }
    }

    /** Shuts down. */
    @Actor
    public void closer() {
        queue.shutdown();
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
