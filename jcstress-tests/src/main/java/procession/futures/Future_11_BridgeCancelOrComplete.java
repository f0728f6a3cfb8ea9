// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_11 -r target/jcstress

   One actor cancels the CompletableFuture that a future was made into, and the other completes the future. The first
   result is whether the bridge was cancelled, the second whether the future took the result, and the third whether it
   is cancelled.
*/
/** A future and its bridge are cancelled together, or the future has its result. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Cancelled; there was no result yet.")
@Outcome(
        id = "1, 1, 0",
        expect = Expect.ACCEPTABLE,
        desc = "The bridge was cancelled on the way; the future has its result.")
@Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "Completed; it was too late to cancel.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The future was cancelled and completed, or neither, or without its bridge.")
@State
public class Future_11_BridgeCancelOrComplete {

    private final Promise<Integer> promise = new Promise<>();
    private final CompletableFuture<Integer> bridge = promise.toCompletableFuture();

    /**
     * Cancels the bridge.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void canceller(III_Result r) {
        r.r1 = bridge.cancel(true) ? 1 : 0;
    }

    /**
     * Completes the future.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void worker(III_Result r) {
        r.r2 = promise.trySetResult(1) ? 1 : 0;
    }

    /**
     * Looks at the future.
     *
     * @param r where to say whether it is cancelled
     */
    @Arbiter
    public void look(III_Result r) {
        r.r3 = promise.cancelled() ? 1 : 0;
    }
}
