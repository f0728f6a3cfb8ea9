// SPDX-License-Identifier: Apache-2.0
package procession.stress.broken;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -t BrokenBarrier_01 -r target/broken

   A barrier that counts arrivals by a plain increment: two that come together can both be the first. The test must fail: it is the
   twin of Barrier_01_TwoMeet.
*/
/** A barrier that gives one place twice. */
@JCStressTest
@Outcome(id = "0, 1|1, 0", expect = Expect.ACCEPTABLE, desc = "Different places.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The same place twice.")
@State
public class BrokenBarrier_01_RacyPlaces {

    private int arrived;

    /**
     * Comes.
     *
     * @param r where to put its place
     */
    @Actor
    public void one(II_Result r) {
        r.r1 = arrived++;
    }

    /**
     * Comes.
     *
     * @param r where to put its place
     */
    @Actor
    public void other(II_Result r) {
        r.r2 = arrived++;
    }
}
