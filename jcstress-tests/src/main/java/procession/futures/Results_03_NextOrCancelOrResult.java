// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import java.util.concurrent.CancellationException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Results_03 -r target/jcstress

   One actor waits for a result, one completes it, and one cancels it. The first result is what was taken, or -1 for a
   cancelled task; the second whether it could be cancelled, and the third whether there is more.
*/
/** A result is taken, or its task was cancelled, and there is no more. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "The result came first.")
@Outcome(id = "-1, 1, 0", expect = Expect.ACCEPTABLE, desc = "It was cancelled.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both, or neither, or it was there again.")
@State
public class Results_03_NextOrCancelOrResult {

    private final ByHand executor = new ByHand();
    private final Results<Integer> results = executor.map(number -> number, List.of(1));

    /**
     * Takes.
     *
     * @param r where to put it
     */
    @Actor
    public void taker(III_Result r) {
        try {
            r.r1 = results.next();
        } catch (CancellationException cancelled) {
            r.r1 = -1;
        }
    }

    /** Completes. */
    @Actor
    public void worker() {
        executor.promise.trySetResult(1);
    }

    /**
     * Cancels.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void canceller(III_Result r) {
        r.r2 = executor.promise.cancel() ? 1 : 0;
    }

    /**
     * Looks for more.
     *
     * @param r where to say whether there is
     */
    @Arbiter
    public void more(III_Result r) {
        r.r3 = results.hasNext() ? 1 : 0;
    }
}
