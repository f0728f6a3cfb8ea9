// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_08 -r target/jcstress

   One actor acquires twice, and writes between its two releases. The other may come before or after, and never
   between.
*/
/** An RLock that is held two deep is not free after one release. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "It came before, or could not have it.")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "It came after.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It came in between.")
@State
public class Mutex_08_RLockKeepsOthersOutUntilFree {

    private final RLock lock = new RLock();
    private int x; // guarded by lock

    /** Writes once per depth. */
    @Actor
    public void writer() {
        lock.lock();
        lock.lock();
        x = 1;
        lock.unlock();
        x = 2;
        lock.unlock();
    }

    /**
     * Tries to acquire, and reads if it could.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void reader(I_Result r) {
        if (lock.tryAcquire()) {
            r.r1 = x;
            lock.unlock();
        }
    }
}
