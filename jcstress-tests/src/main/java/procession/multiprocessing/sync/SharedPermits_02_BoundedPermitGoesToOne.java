// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import procession.multiprocessing.shared.SecondMapping;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedPermits_02 -r target/jcstress

   Two actors try to take the only permit, with records and journal. Only one can have it, and one does.
*/
/** One permit goes to one. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second had it.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first had it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both had it, or nobody.")
@State
public class SharedPermits_02_BoundedPermitGoesToOne {

    private static final BoundedSemaphore[] HERE = new BoundedSemaphore[SecondMapping.RING];
    private static final BoundedSemaphore[] THERE = new BoundedSemaphore[SecondMapping.RING];

    static {
        for (int i = 0; i < SecondMapping.RING; i++) {
            HERE[i] = new BoundedSemaphore(1);
            THERE[i] = new BoundedSemaphore(SecondMapping.of(HERE[i].cell()));
        }
    }

    private final int index = SecondMapping.next();

    /**
     * Takes it.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = HERE[index].tryAcquire() ? 1 : 0;
    }

    /**
     * Takes it.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = THERE[index].tryAcquire() ? 1 : 0;
    }

    /**
     * Gives the permit back, for the state that comes here next.
     *
     * @param r who had it
     */
    @Arbiter
    public void giveBack(II_Result r) {
        HERE[index].release();
    }
}
