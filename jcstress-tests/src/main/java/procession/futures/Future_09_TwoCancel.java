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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_09 -r target/jcstress

   cancel() takes two steps; the second canceller may come between them, and has to see a future that is done all the
   same.
*/
/** Two threads that cancel a pending future both learn that it is cancelled. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One was told that it can't be cancelled, or that it is not done.")
@State
public class Future_09_TwoCancel {

    private final Promise<String> promise = new Promise<>();

    private int cancelAndLook() {
        return promise.cancel() && promise.done() && promise.cancelled() ? 1 : 0;
    }

    /**
     * Cancels.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = cancelAndLook();
    }

    /**
     * Cancels.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = cancelAndLook();
    }
}
