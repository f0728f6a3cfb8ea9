// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/*
   How to run this test:
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t Future_10 -r target/jcstress-wide

   r1: cancelled by cancel(); r2: cancelled by cancel(true); r3: completed by the task; r4: calls of the callback, plus 10
   if the future is cancelled at the end. cancel() is true for a future that anybody cancelled; cancel(true) only for the
   caller that did.
*/
/** Between two ways of cancelling, a run and a callback, a future ends in one way and says so once. */
@JCStressTest
@Outcome(id = "1, 0, 0, 11", expect = Expect.ACCEPTABLE, desc = "cancel() did it, or saw it done.")
@Outcome(id = "1, 1, 0, 11", expect = Expect.ACCEPTABLE, desc = "cancel(true) did it, and cancel() saw that.")
@Outcome(
        id = "0, 1, 0, 11",
        expect = Expect.ACCEPTABLE,
        desc = "cancel() came while the task ran, then cancel(true) dropped the result.")
@Outcome(id = "0, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "The task was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two ends, or none.")
@State
public class Future_10_FourActors {

    private final Promise<String> promise = new Promise<>();
    private final AtomicInteger calls = new AtomicInteger();

    /**
     * Cancels as Python does.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void cancel(IIII_Result r) {
        r.r1 = promise.cancel() ? 1 : 0;
    }

    /**
     * Cancels as the JDK does.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void cancelTrue(IIII_Result r) {
        r.r2 = promise.cancel(true) ? 1 : 0;
    }

    /**
     * Runs and completes.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void run(IIII_Result r) {
        r.r3 = promise.setRunningOrNotifyCancel() && promise.trySetResult("result") ? 1 : 0;
    }

    /** Adds a callback. */
    @Actor
    public void add() {
        promise.addDoneCallback(done -> calls.incrementAndGet());
    }

    /**
     * Looks at the end.
     *
     * @param r where to put what was found
     */
    @Arbiter
    public void look(IIII_Result r) {
        r.r4 = calls.get() + (promise.cancelled() ? 10 : 0);
    }
}
