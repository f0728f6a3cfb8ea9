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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_05 -r target/jcstress

   The lock is locked from the start, by another thread. One actor writes and releases it, which is not the one that
   acquired; the other tries to acquire and reads.
*/
/** Whoever acquires a Lock sees what was written before its release, whichever thread released. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Too early.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Acquired, and saw the write.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Acquired, and did not see the write.")
@State
public class Mutex_05_LockHandsOver {

    private final Lock lock = new Lock();
    private int x;

    /** Locks it. */
    public Mutex_05_LockHandsOver() {
        lock.lock();
    }

    /** Writes and releases. */
    @Actor
    public void writer() {
        x = 1;
        lock.release();
    }

    /**
     * Tries to acquire, and reads if it could.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void reader(II_Result r) {
        if (lock.tryAcquire()) {
            r.r1 = 1;
            r.r2 = x;
        }
    }
}
