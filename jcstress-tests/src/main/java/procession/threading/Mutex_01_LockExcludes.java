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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_01 -r target/jcstress

   Two actors count a plain field up under the lock. If both were inside at once, or the second did not see the
   first, both would count to 1.
*/
/** Between acquire and release of a Lock there is one thread, and it sees what the one before wrote. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The first came first.")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "The second came first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both were inside at once, or one did not see what the other wrote.")
@State
public class Mutex_01_LockExcludes {

    private final Lock lock = new Lock();
    private int entries; // guarded by lock

    /**
     * Enters.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        lock.lock();
        try {
            r.r1 = ++entries;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Enters.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        lock.lock();
        try {
            r.r2 = ++entries;
        } finally {
            lock.unlock();
        }
    }
}
