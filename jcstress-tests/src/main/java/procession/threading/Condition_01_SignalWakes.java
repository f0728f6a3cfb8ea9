// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Condition_01 -r target/jcstress

   One actor waits for a flag, the other sets it and signals. Whatever the order, the waiter ends: a lost signal would hang the
   test.
*/
/** A wait for a predicate ends when it holds, with what was written before. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Woken, or never had to wait.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Woken without what was written.")
@State
public class Condition_01_SignalWakes {

    private final Condition condition = new Condition();
    private boolean set; // guarded by condition
    private int x; // guarded by condition

    /**
     * Waits for the flag.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void waiter(I_Result r) {
        try {
            condition.run(() -> {
                condition.awaitFor(() -> set);
                r.r1 = x;
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Sets the flag, and signals. */
    @Actor
    public void setter() {
        try {
            condition.run(() -> {
                x = 1;
                set = true;
                condition.signal();
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
