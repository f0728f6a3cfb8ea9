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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_03 -r target/jcstress

   As Mutex_01, two deep: the inner release must not let the other one in.
*/
/** Between the first acquire and the last release of an RLock there is one thread. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The first came first.")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "The second came first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both were inside at once, or one did not see what the other wrote.")
@State
public class Mutex_03_RLockExcludes {

    private final RLock lock = new RLock();
    private int entries; // guarded by lock

    /**
     * Enters.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        lock.lock();
        lock.lock();
        try {
            r.r1 = ++entries;
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            r.r2 = ++entries;
        } finally {
            lock.unlock();
            lock.unlock();
        }
    }
}
