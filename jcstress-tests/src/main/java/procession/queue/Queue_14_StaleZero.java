// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_14 -r target/jcstress

   One actor finishes the only task, the other puts a second one, which nobody finishes, and joins for a moment. For a time
   the first actor may believe that nothing is left, and say so to those who wait: that was before the second task, and is
   not meant for who joins after it.
*/
/** A join does not return for a zero that was over before it began. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "The time of the join was over.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The join returned with a task left, or was interrupted.")
@State
public class Queue_14_StaleZero {

    private static final Duration MOMENT = Duration.ofNanos(10_000);

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with a task that was got. */
    public Queue_14_StaleZero() {
        queue.add(1);
        queue.poll();
    }

    /** Finishes the task. */
    @Actor
    public void worker() {
        queue.taskDone();
    }

    /**
     * Puts another one and joins.
     *
     * @param r where to say whether the join returned
     */
    @Actor
    public void master(I_Result r) {
        queue.putNowait(2);
        try {
            r.r1 = queue.join(MOMENT) ? 1 : 0;
        } catch (InterruptedException e) {
            r.r1 = -1;
        }
    }
}
