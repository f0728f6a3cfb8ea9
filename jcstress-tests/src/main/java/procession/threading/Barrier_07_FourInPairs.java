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
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t Barrier_07 -r target/jcstress-wide

   Four actors come to a barrier of two: two rounds, each with a first and a second place. All end.
*/
/** Four threads make two rounds of two. */
@JCStressTest
@Outcome(
        id = "0, 0, 1, 1|0, 1, 0, 1|0, 1, 1, 0|1, 0, 0, 1|1, 0, 1, 0|1, 1, 0, 0",
        expect = Expect.ACCEPTABLE,
        desc = "Two rounds.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A place is there three times.")
@State
public class Barrier_07_FourInPairs {

    private final Barrier barrier = new Barrier(2);

    /**
     * Comes, for the first or the second round.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(IIII_Result r) {
        try {
            r.r1 = barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Comes, for the first or the second round.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(IIII_Result r) {
        try {
            r.r2 = barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Comes, for the first or the second round.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void third(IIII_Result r) {
        try {
            r.r3 = barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Comes, for the first or the second round.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void fourth(IIII_Result r) {
        try {
            r.r4 = barrier.await();
        } catch (InterruptedException | BrokenBarrierException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
