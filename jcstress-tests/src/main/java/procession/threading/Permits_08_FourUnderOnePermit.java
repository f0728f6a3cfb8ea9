// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t Permits_08 -r target/jcstress-wide

   Four actors count a plain field up, each with the one permit: nothing is lost.
*/
/** No count of four threads is lost under one permit. */
@JCStressTest
@Outcome(id = "4, 1", expect = Expect.ACCEPTABLE, desc = "All four counted, and the permit is back.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A count or the permit was lost.")
@State
public class Permits_08_FourUnderOnePermit {

    private final Semaphore semaphore = new Semaphore(1);
    private int entries; // guarded by semaphore

    /** Enters. */
    @Actor
    public void first() {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        entries++;
        semaphore.release();
    }

    /** Enters. */
    @Actor
    public void second() {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        entries++;
        semaphore.release();
    }

    /** Enters. */
    @Actor
    public void third() {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        entries++;
        semaphore.release();
    }

    /** Enters. */
    @Actor
    public void fourth() {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        entries++;
        semaphore.release();
    }

    /**
     * Counts when all have ended.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(II_Result r) {
        r.r1 = entries;
        r.r2 = semaphore.value();
    }
}
