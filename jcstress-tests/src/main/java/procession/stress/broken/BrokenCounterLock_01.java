// SPDX-License-Identifier: Apache-2.0
package procession.stress.broken;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -t BrokenCounterLock_01 -r target/broken

   A lock made of a counter: look whether it is free, then take it. Both actors can look before either takes, and both
   then believe that they have it. The test must fail.
*/
/** A lock made of a plain counter, which two threads can have at once. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first took it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second took it.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "Both have it.")
@State
public class BrokenCounterLock_01 {

    private int holders;

    private int tryAcquire() {
        if (holders == 0) {
            holders++;
            return 1;
        }
        return 0;
    }

    /**
     * Tries to take the lock.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = tryAcquire();
    }

    /**
     * Tries to take the lock.
     *
     * @param r where to say whether it did
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = tryAcquire();
    }
}
