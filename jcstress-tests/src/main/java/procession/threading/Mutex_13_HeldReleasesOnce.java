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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_13 -r target/jcstress

   Two actors close the same hold of a permit: the permit comes back once.
*/
/** A Held that is closed by two threads at once releases once. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Given back once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Given back twice, or not at all.")
@State
public class Mutex_13_HeldReleasesOnce {

    private final Semaphore semaphore = new Semaphore(1);
    private final Held held = new HeldOnce(semaphore);

    /** Takes the permit. */
    public Mutex_13_HeldReleasesOnce() {
        semaphore.tryAcquire();
    }

    /** Closes. */
    @Actor
    public void first() {
        held.close();
    }

    /** Closes. */
    @Actor
    public void second() {
        held.close();
    }

    /**
     * Counts the permits.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(I_Result r) {
        r.r1 = semaphore.value();
    }
}
