// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import java.util.NoSuchElementException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Results_01 -r target/jcstress

   One actor takes a result that is there, and the other closes. The first result is what was taken, or 0 at the end;
   the second whether there is more then.
*/
/** A result is taken before the close, or there is none. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "It was taken.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Closed before.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It was taken after the end, or something else came.")
@State
public class Results_01_NextOrClose {

    private final ByHand executor = new ByHand();
    private final Results<Integer> results = executor.map(number -> number, List.of(1));

    /** Completes the task. */
    public Results_01_NextOrClose() {
        executor.promise.setResult(1);
    }

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
        }
    }

    /** Closes. */
    @Actor
    public void closer() {
        results.close();
    }

    /**
     * Looks for more.
     *
     * @param r where to say whether there is
     */
    @Arbiter
    public void more(II_Result r) {
        r.r2 = results.hasNext() ? 1 : 0;
    }
}
