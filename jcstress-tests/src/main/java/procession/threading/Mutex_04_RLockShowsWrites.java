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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Mutex_04 -r target/jcstress

   One actor writes two plain fields under the lock, the other reads them, in the other order, under the lock: it
   sees both or none.
*/
/** What is written under one RLock is seen whole by the next that has it. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The reader came first.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The writer came first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The reader saw half of it.")
@State
public class Mutex_04_RLockShowsWrites {

    private final RLock lock = new RLock();
    private int x; // guarded by lock
    private int y; // guarded by lock

    /** Writes both. */
    @Actor
    public void writer() {
        lock.lock();
        try {
            x = 1;
            y = 1;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads both.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void reader(II_Result r) {
        lock.lock();
        try {
            r.r1 = y;
            r.r2 = x;
        } finally {
            lock.unlock();
        }
    }
}
