// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Results_02 -r target/jcstress

   One actor waits for a result that never comes, and the other closes, which cancels it. The first result is 0 at the
   end; the second whether the task was cancelled.
*/
/** Closing ends the wait for a result whose task has not started. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Closed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A cancelled task showed as one, or was not cancelled.")
@State
public class Results_02_NextWaitsOrClose {

    private final ByHand executor = new ByHand();
    private final Results<Integer> results = executor.map(number -> number, List.of(1));

    /**
     * Takes.
     *
     * @param r where to put it
     */
    @Actor
    public void taker(II_Result r) {
        try {
            r.r1 = results.next();
        } catch (NoSuchElementException end) {
            r.r1 = 0;
        } catch (CancellationException notTheEnd) {
            r.r1 = -1;
        }
    }

    /** Closes. */
    @Actor
    public void closer() {
        results.close();
    }

    /**
     * Looks at the task.
     *
     * @param r where to say whether it was cancelled
     */
    @Arbiter
    public void look(II_Result r) {
        r.r2 = executor.promise.cancelled() ? 1 : 0;
    }
}
