// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.BrokenBarrierException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Barrier_02 -r target/jcstress

   Two actors write and meet. The action sees both writes, and both actors see what it made of them.
*/
/** The action runs once, after all have arrived and before any goes on. */
@JCStressTest
@Outcome(id = "11, 11", expect = Expect.ACCEPTABLE, desc = "The action came between.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It came too early or too late, or twice.")
@State
public class Barrier_02_ActionComesBetween {

    private int x;
    private int y;
    private int sum;
    private final Barrier barrier = new Barrier(2, () -> sum += 10 * x + y);

    /**
     * Writes, meets, and reads the sum.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void one(II_Result r) {
        x = 1;
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
        r.r1 = sum;
    }

    /**
     * Writes, meets, and reads the sum.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void other(II_Result r) {
        y = 1;
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
        r.r2 = sum;
    }
}
