// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_03 -r target/jcstress

   Python's cancel() against the executor that is about to run the task. The twin of BrokenCancel_02.
*/
/** A pending future is either cancelled or run. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Cancelled; the task does not run.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The task runs; it was too late to cancel.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both, or neither.")
@State
public class Future_03_CancelOrRun {

    private final Promise<String> promise = new Promise<>();

    /**
     * Cancels.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void cancel(II_Result r) {
        r.r1 = promise.cancel() ? 1 : 0;
    }

    /**
     * Starts the task.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void run(II_Result r) {
        r.r2 = promise.setRunningOrNotifyCancel() ? 1 : 0;
    }
}
