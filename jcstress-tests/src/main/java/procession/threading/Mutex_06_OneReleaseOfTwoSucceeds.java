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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_06 -r target/jcstress

   The lock is locked once, and two actors release it: nobody owns it, so both may, but only one of them can have
   released something. Its broken twin is BrokenRelease_02.
*/
/** Of two releases of one acquisition of a Lock, exactly one is refused. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first released it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second released it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One acquisition was released twice, or never.")
@State
public class Mutex_06_OneReleaseOfTwoSucceeds {

    private final Lock lock = new Lock();

    /** Locks it. */
    public Mutex_06_OneReleaseOfTwoSucceeds() {
        lock.lock();
    }

    /**
     * Releases.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        try {
            lock.release();
            r.r1 = 1;
        } catch (IllegalMonitorStateException alreadyReleased) {
            r.r1 = 0;
        }
    }

    /**
     * Releases.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        try {
            lock.release();
            r.r2 = 1;
        } catch (IllegalMonitorStateException alreadyReleased) {
            r.r2 = 0;
        }
    }
}
