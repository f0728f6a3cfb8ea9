// SPDX-License-Identifier: Apache-2.0
package procession.stress.broken;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -t BrokenCancel_02 -r target/broken

   The broken twin of Future_03_CancelOrRun: cancel() and the executor both look whether the future is pending, and then
   say what it is. Both can look before either writes, and a cancelled task runs. The test must fail.
*/
/** A future whose state is volatile, but looked at first and written after. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Cancelled; the task does not run.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The task runs; it was too late to cancel.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both.")
@State
public class BrokenCancel_02 {

    private static final int PENDING = 0;
    private static final int RUNNING = 1;
    private static final int CANCELLED = 2;

    private volatile int phase = PENDING;

    private int leavePendingFor(int next) {
        if (phase == PENDING) {
            phase = next;
            return 1;
        }
        return 0;
    }

    /**
     * Cancels.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void cancel(II_Result r) {
        r.r1 = leavePendingFor(CANCELLED);
    }

    /**
     * Starts the task.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void run(II_Result r) {
        r.r2 = leavePendingFor(RUNNING);
    }
}
