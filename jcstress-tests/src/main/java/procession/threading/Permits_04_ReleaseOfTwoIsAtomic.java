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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_04 -r target/jcstress

   One actor gives two permits in one release, the other looks: it sees none or both. Its broken twin is
   BrokenRelease_03.
*/
/** Permits that are released together appear together. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Before.")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "After.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One of the two.")
@State
public class Permits_04_ReleaseOfTwoIsAtomic {

    private final Semaphore semaphore = new Semaphore(0);

    /** Gives two. */
    @Actor
    public void giver() {
        semaphore.release(2);
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
