// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_06 -r target/jcstress

   r1: the number that the first callback drew minus the number of the second; r2: whether the future was done when the
   second had been added. Who adds one later than that runs it himself, while the first may still be on its way.
*/
/** Callbacks that were added before the future completed run in the order in which they were added. */
@JCStressTest
@Outcome(id = "-1, 0", expect = Expect.ACCEPTABLE, desc = "Both were there before, and ran in their order.")
@Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "In their order.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The second came late, and overtook the first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Out of order, or lost.")
@State
public class Future_06_CallbacksInOrder {

    private final Promise<String> promise = new Promise<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile int first;
    private volatile int second;

    /**
     * Adds both callbacks.
     *
     * @param r where to say whether the future was done after that
     */
    @Actor
    public void add(II_Result r) {
        promise.addDoneCallback(done -> first = numbers.incrementAndGet());
        promise.addDoneCallback(done -> second = numbers.incrementAndGet());
        r.r2 = promise.done() ? 1 : 0;
    }

    /** Completes. */
    @Actor
    public void complete() {
        promise.setResult("result");
    }

    /**
     * Compares the numbers.
     *
     * @param r where to put their difference
     */
    @Arbiter
    public void compare(II_Result r) {
        r.r1 = first == 0 || second == 0 ? 99 : first - second;
    }
}
