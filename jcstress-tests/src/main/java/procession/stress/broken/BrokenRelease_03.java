// SPDX-License-Identifier: Apache-2.0
package procession.stress.broken;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import procession.threading.Semaphore;

/*
   How to run this test:
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -t BrokenRelease_03 -r target/broken

   A semaphore that gives two permits as one and one. The other actor can look in between. The twin of Permits_04,
   and it must fail.
*/
/** A release of two permits that gives one after the other. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Before.")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "After.")
@Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "One of the two.")
@State
public class BrokenRelease_03 {

    private final Semaphore semaphore = new Semaphore(0);

    /** Gives two, one by one. */
    @Actor
    public void giver() {
        semaphore.release();
        semaphore.release();
    }

    /**
     * Looks.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void watcher(I_Result r) {
        r.r1 = semaphore.value();
    }
}
