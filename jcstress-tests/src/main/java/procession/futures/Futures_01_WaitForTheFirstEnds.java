// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Futures_01 -r target/jcstress

   wait(FIRST_COMPLETED) may not miss a completion between its look at the future and its place on the list.
*/
/** Who waits for the first of two futures is woken when one is done. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "Woken.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "Waits for ever.")
@State
public class Futures_01_WaitForTheFirstEnds {

    private final Promise<String> one = new Promise<>();
    private final Promise<String> two = new Promise<>();

    /**
     * Waits.
     */
    @Actor
    public void await() {
        try {
            Futures.wait(List.of(one, two), ReturnWhen.FIRST_COMPLETED);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Completes one. */
    @Signal
    public void complete() {
        two.setResult("result");
    }
}
