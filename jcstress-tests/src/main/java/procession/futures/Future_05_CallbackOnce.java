// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_05 -r target/jcstress

   Neither lost between the look at the state and the list, nor run by both.
*/
/** A callback that is added while the future completes runs exactly once. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Called once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, or called twice.")
@State
public class Future_05_CallbackOnce {

    private final Promise<String> promise = new Promise<>();
    private final AtomicInteger calls = new AtomicInteger();

    /** Adds the callback. */
    @Actor
    public void add() {
        promise.addDoneCallback(done -> calls.incrementAndGet());
    }

    /** Completes. */
    @Actor
    public void complete() {
        promise.setResult("result");
    }

    /**
     * Counts the calls.
     *
     * @param r where to put the number
     */
    @Arbiter
    public void count(I_Result r) {
        r.r1 = calls.get();
    }
}
