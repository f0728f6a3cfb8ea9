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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Permits_03 -r target/jcstress

   One actor writes and gives a permit; the other tries to take it and reads.
*/
/** Whoever takes a permit sees what was written before it was given. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Too early.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Took it, and saw the write.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Took it, and did not see the write.")
@State
public class Permits_03_ReleaseShowsWrites {

    private final Semaphore semaphore = new Semaphore(0);
    private int x;

    /** Writes and gives. */
    @Actor
    public void writer() {
        x = 1;
        semaphore.release();
    }

    /**
     * Tries to take, and reads if it could.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void reader(II_Result r) {
        if (semaphore.tryAcquire()) {
            r.r1 = 1;
            r.r2 = x;
        }
    }
}
