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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_05 -r target/jcstress

   The getter waits in an empty queue, and another thread shuts it down: the getter must end.
*/
/** A get ends after a shutdown. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "The getter was woken.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "The getter waits for ever.")
@State
public class PriorityQueue_05_ShutdownTermination {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    /**
     * Gets.
     *
     * @throws InterruptedException never
     */
    @Actor
    public void getter() throws InterruptedException {
        try {
            queue.get();
        } catch (ShutDown end) {
            // as it should be
        }
    }

    /** Shuts down. */
    @Signal
    public void closer() {
        queue.shutdown();
    }
}
