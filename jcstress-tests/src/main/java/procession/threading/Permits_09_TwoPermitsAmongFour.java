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
            -m quick -t Permits_09 -r target/jcstress-wide

   Two permits, four actors that try: exactly two get one.
*/
/** As many get a permit as there are. */
@JCStressTest
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "Two got one.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A permit was lost or doubled.")
@State
public class Permits_09_TwoPermitsAmongFour {

    private final Semaphore semaphore = new Semaphore(2);
    private int a;
    private int b;
    private int c;
    private int d;

    /** Tries. */
    @Actor
    public void first() {
        a = semaphore.tryAcquire() ? 1 : 0;
    }

    /** Tries. */
    @Actor
    public void second() {
        b = semaphore.tryAcquire() ? 1 : 0;
    }

    /** Tries. */
    @Actor
    public void third() {
        c = semaphore.tryAcquire() ? 1 : 0;
    }

    /** Tries. */
    @Actor
    public void fourth() {
        d = semaphore.tryAcquire() ? 1 : 0;
    }

    /**
     * Counts who got one, and what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void end(II_Result r) {
        r.r1 = a + b + c + d;
        r.r2 = semaphore.value();
    }
}
