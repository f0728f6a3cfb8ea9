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
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -t BrokenRelease_02 -r target/broken

   A lock whose release looks whether it is locked, and then stores that it is free. Both actors can look before
   either stores, and both then believe that they released the one acquisition. The twin of Mutex_06, and it must
   fail.
*/
/** A lock whose release looks first and stores then, so that one acquisition is released twice. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first released it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second released it.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "One acquisition was released twice.")
@State
public class BrokenRelease_02 {

    private volatile boolean locked = true;

    private int release() {
        if (!locked) {
            return 0;
        }
        locked = false;
        return 1;
    }

    /**
     * Releases.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = release();
    }

    /**
     * Releases.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = release();
    }
}
