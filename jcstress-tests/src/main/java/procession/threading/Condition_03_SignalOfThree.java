// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t Condition_03 -r target/jcstress-wide

   Three actors wait for a token each, and the fourth brings three with one signal for three. All end.
*/
/** A signal for n wakes n waiters. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "All three took one.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A token was lost or doubled.")
@State
public class Condition_03_SignalOfThree {

    private final Condition condition = new Condition(new Lock());
    private int tokens; // guarded by condition

    /** Waits for one, and takes it. */
    @Actor
    public void first() {
        try {
            condition.run(() -> {
                condition.awaitFor(() -> tokens > 0);
                tokens--;
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Waits for one, and takes it. */
    @Actor
    public void second() {
        try {
            condition.run(() -> {
                condition.awaitFor(() -> tokens > 0);
                tokens--;
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Waits for one, and takes it. */
    @Actor
    public void third() {
        try {
            condition.run(() -> {
                condition.awaitFor(() -> tokens > 0);
                tokens--;
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Brings three. */
    @Actor
    public void giver() {
        try {
            condition.run(() -> {
                tokens = 3;
                condition.signal(3);
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Counts what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(I_Result r) {
        r.r1 = tokens;
    }
}
