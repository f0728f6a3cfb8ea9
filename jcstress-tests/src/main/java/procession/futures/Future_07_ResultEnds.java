// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_07 -r target/jcstress

   result() waits, and may not miss the completion.
*/
/** Who waits for a result is woken when it is there. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "Woken.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "Waits for ever.")
@State
public class Future_07_ResultEnds {

    private final Promise<String> promise = new Promise<>();

    /**
     * Waits.
     */
    @Actor
    public void await() {
        try {
            promise.result();
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Completes. */
    @Signal
    public void complete() {
        promise.setResult("result");
    }
}
