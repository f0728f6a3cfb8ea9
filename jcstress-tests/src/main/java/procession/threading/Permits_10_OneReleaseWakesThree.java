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
            -m quick -t Permits_10 -r target/jcstress-wide

   Three actors wait for a permit each, and the fourth gives three in one release. All end: a wake-up that is not
   passed on would hang the test.
*/
/** A release of n wakes n waiters. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "All three took one.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A permit was lost or doubled.")
@State
public class Permits_10_OneReleaseWakesThree {

    private final Semaphore semaphore = new Semaphore(0);

    /** Waits. */
    @Actor
    public void first() {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Waits. */
    @Actor
    public void second() {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Waits. */
    @Actor
    public void third() {
        try {
            semaphore.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Gives three. */
    @Actor
    public void giver() {
        semaphore.release(3);
    }

    /**
     * Counts what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(I_Result r) {
        r.r1 = semaphore.value();
    }
}
