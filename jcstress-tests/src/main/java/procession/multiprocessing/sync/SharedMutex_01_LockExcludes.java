// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import procession.multiprocessing.shared.RawInt;
import procession.multiprocessing.shared.SecondMapping;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedMutex_01 -r target/jcstress

   Two actors count a number up with plain accesses under the lock, each through a mapping of its own. If both were
   inside at once, or the second did not see the first, both would count to 1.
*/
/** Between acquire and release of a Lock there is one thread, and it sees what the one before wrote. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The first came first.")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "The second came first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both were inside at once, or one did not see what the other wrote.")
@State
public class SharedMutex_01_LockExcludes {

    private static final Lock[] HERE = new Lock[SecondMapping.RING];
    private static final Lock[] THERE = new Lock[SecondMapping.RING];

    static {
        for (int i = 0; i < SecondMapping.RING; i++) {
            HERE[i] = new Lock();
            THERE[i] = new Lock(SecondMapping.of(HERE[i].cell()));
        }
    }

    private final int index = SecondMapping.next();

    /** Clears what another state has left there. */
    public SharedMutex_01_LockExcludes() {
        SecondMapping.here(index).set(0);
    }

    private static int enter(Lock lock, RawInt entries) {
        try {
            lock.acquire();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
        try {
            entries.setPlain(entries.getPlain() + 1);
            return entries.getPlain();
        } finally {
            lock.release();
        }
    }

    /**
     * Enters.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = enter(HERE[index], SecondMapping.here(index));
    }

    /**
     * Enters.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = enter(THERE[index], SecondMapping.there(index));
    }
}
