// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.BrokenBarrierException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Barrier_01 -r target/jcstress

   Two actors write, meet at the barrier, and read what the other wrote. A wake-up that gets lost would hang the test.
*/
/** Two threads that meet have different places, and see what the other wrote before. */
@JCStressTest
@Outcome(id = "0, 1, 1, 1|1, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "They met.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The same place twice, or a write not seen.")
@State
public class Barrier_01_TwoMeet {

    private final Barrier barrier = new Barrier(2);
    private int x;
    private int y;

    /**
     * Writes one, meets, and reads the other.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void one(IIII_Result r) {
        x = 1;
        try {
            r.r1 = barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
        r.r3 = y;
    }

    /**
     * Writes the other, meets, and reads the one.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void other(IIII_Result r) {
        y = 1;
        try {
            r.r2 = barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
        r.r4 = x;
    }
}
