// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_04 -r target/jcstress

   The JDK's cancel(true) against the task that returns.
*/
/** A running future is either cancelled or completed. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Cancelled; the result is dropped.")
@Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "Completed; it was too late to cancel.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both, or neither.")
@State
public class Future_04_CancelOrComplete {

    private final Promise<String> promise = new Promise<>();

    /** Makes a future whose task runs. */
    public Future_04_CancelOrComplete() {
        promise.setRunningOrNotifyCancel();
    }

    /**
     * Cancels.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void cancel(III_Result r) {
        r.r1 = promise.cancel(true) ? 1 : 0;
    }

    /**
     * Completes.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void complete(III_Result r) {
        r.r2 = promise.trySetResult("result") ? 1 : 0;
    }

    /**
     * Looks at the end.
     *
     * @param r where to say whether it is cancelled
     */
    @Arbiter
    public void look(III_Result r) {
        r.r3 = promise.cancelled() ? 1 : 0;
    }
}
