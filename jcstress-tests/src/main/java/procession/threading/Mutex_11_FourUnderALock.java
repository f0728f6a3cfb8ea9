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
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t Mutex_11 -r target/jcstress-wide

   Four actors count a plain field up under the lock: nothing is lost.
*/
/** No count of four threads is lost under one Lock. */
@JCStressTest
@Outcome(id = "4", expect = Expect.ACCEPTABLE, desc = "All four counted.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A count was lost.")
@State
public class Mutex_11_FourUnderALock {

    private final Lock guard = new Lock();
    private int entries; // guarded by guard

    /** Enters. */
    @Actor
    public void first() {
        guard.lock();
        entries++;
        guard.unlock();
    }

    /** Enters. */
    @Actor
    public void second() {
        guard.lock();
        entries++;
        guard.unlock();
    }

    /** Enters. */
    @Actor
    public void third() {
        guard.lock();
        entries++;
        guard.unlock();
    }

    /** Enters. */
    @Actor
    public void fourth() {
        guard.lock();
        entries++;
        guard.unlock();
    }

    /**
     * Counts when all have ended.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(I_Result r) {
        r.r1 = entries;
    }
}
