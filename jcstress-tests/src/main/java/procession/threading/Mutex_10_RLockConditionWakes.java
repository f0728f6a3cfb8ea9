// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.locks.Condition;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_10 -r target/jcstress

   One actor waits for a flag in a condition, the other sets it and signals. Whatever the order, the waiter ends: a
   lost signal would hang the test.
*/
/** A signal in a condition of an RLock is not lost, and brings what was written before it. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Woken, or never had to wait.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Woken without what was written.")
@State
public class Mutex_10_RLockConditionWakes {

    private final RLock lock = new RLock();
    private final Condition condition = lock.newCondition();
    private boolean set; // guarded by lock
    private int x; // guarded by lock

    /**
     * Waits for the flag.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void waiter(I_Result r) {
        lock.lock();
        try {
            while (!set) {
                condition.awaitUninterruptibly();
            }
            r.r1 = x;
        } finally {
            lock.unlock();
        }
    }

    /** Sets the flag, and signals. */
    @Actor
    public void setter() {
        lock.lock();
        try {
            x = 1;
            set = true;
            condition.signal();
        } finally {
            lock.unlock();
        }
    }
}
