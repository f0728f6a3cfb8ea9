// SPDX-License-Identifier: Apache-2.0
package procession.stress.control;

import java.util.concurrent.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t JdkSemaphore_01 -r target/jcstress

   One permit, two actors: exactly one gets it. The twin of BrokenCounterLock_01, and it must pass.
*/
/** One permit of the JDK's semaphore goes to one of two actors. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first took it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second took it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both have it, or nobody.")
@State
public class JdkSemaphore_01_TwoActors {

    private final Semaphore semaphore = new Semaphore(1);

    /**
     * Tries to take the permit.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = semaphore.tryAcquire() ? 1 : 0;
    }

    /**
     * Tries to take the permit.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = semaphore.tryAcquire() ? 1 : 0;
    }
}
