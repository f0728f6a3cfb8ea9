// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_01 -r target/jcstress

   One permit, two actors: exactly one gets it. The JDK twin is JdkSemaphore_01.
*/
/** One permit goes to one of two that try. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first took it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second took it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both have it, or nobody.")
@State
public class Permits_01_OnePermitGoesToOne {

    private final Semaphore semaphore = new Semaphore(1);

    /**
     * Tries.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = semaphore.tryAcquire() ? 1 : 0;
    }

    /**
     * Tries.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = semaphore.tryAcquire() ? 1 : 0;
    }
}
