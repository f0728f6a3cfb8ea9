// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_10 -r target/jcstress

   The joiner waits, and another thread finishes the task: the joiner must end.
*/
/** A join ends after the last task is done. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "The joiner was woken.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "The joiner waits for ever.")
@State
public class Queue_10_JoinTermination {

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with a task. */
    public Queue_10_JoinTermination() {
        queue.add(1);
    }

    /**
     * Joins.
     *
     * @throws InterruptedException never
     */
    @Actor
    public void joiner() throws InterruptedException {
        queue.join();
    }

    /** Finishes the task. */
    @Signal
    public void worker() {
        queue.taskDone();
    }
}
