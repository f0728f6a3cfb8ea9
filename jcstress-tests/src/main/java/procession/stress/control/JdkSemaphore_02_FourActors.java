// SPDX-License-Identifier: Apache-2.0
package procession.stress.control;

import java.util.concurrent.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t JdkSemaphore_02 -r target/jcstress-wide

   Four actors release one permit each: none is lost.
*/
/** No permit of the JDK's semaphore is lost between four actors that release. */
@JCStressTest
@Outcome(id = "4", expect = Expect.ACCEPTABLE, desc = "All four arrived.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A permit was lost.")
@State
public class JdkSemaphore_02_FourActors {

    private final Semaphore semaphore = new Semaphore(0);

    /** Releases. */
    @Actor
    public void first() {
        semaphore.release();
    }

    /** Releases. */
    @Actor
    public void second() {
        semaphore.release();
    }

    /** Releases. */
    @Actor
    public void third() {
        semaphore.release();
    }

    /** Releases. */
    @Actor
    public void fourth() {
        semaphore.release();
    }

    /**
     * Counts when all have ended.
     *
     * @param r where to put the count
     */
    @Arbiter
    public void count(I_Result r) {
        r.r1 = semaphore.availablePermits();
    }
}
