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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_09 -r target/jcstress

   One actor finishes the only task, the other joins: it returns, and then sees what was done before taskDone(). The
   field is plain, so only the queue can order the two.
*/
/** A join returns when the last task is done, and sees what was done. */
@JCStressTest
@Outcome(id = "42", expect = Expect.ACCEPTABLE, desc = "The join came after the task.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The join came before the task was done, or was interrupted.")
@State
public class Queue_09_TaskDoneAndJoin {

    private final Queue<Integer> queue = new Queue<>();
    private int done;

    /** Creates the queue with a task. */
    public Queue_09_TaskDoneAndJoin() {
        queue.add(1);
    }

    /** Does the task. */
    @Actor
    public void worker() {
        done = 42;
        queue.getNowait();
        queue.taskDone();
    }

    /**
     * Waits for it.
     *
     * @param r where to put what was done
     */
    @Actor
    public void joiner(I_Result r) {
        try {
            queue.join();
            r.r1 = done;
        } catch (InterruptedException e) {
            r.r1 = -1;
        }
    }
}
