// SPDX-License-Identifier: Apache-2.0
package procession.stress.broken;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -t BrokenQueue_01 -r target/broken

   A queue whose polls take turns by a lock each: two getters hold different locks. Both can look at the first element
   before either has removed it. The test must fail: it is the twin of Queue_04_OneElementTwoGetters.
*/
/** A queue that gives one element to two getters. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first got it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second got it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both got it, or nobody.")
@State
public class BrokenQueue_01_TwoLocks {

    private final Object oneLock = new Object();
    private final Object otherLock = new Object();
    private final ArrayDeque<Integer> elements = new ArrayDeque<>();

    /** Creates the queue with an element. */
    public BrokenQueue_01_TwoLocks() {
        elements.add(1);
    }

    private int poll(Object lock) {
        synchronized (lock) {
            @Nullable Integer element = elements.poll();
            return element == null ? 0 : element;
        }
    }

    /**
     * Polls.
     *
     * @param r where to put the element
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = poll(oneLock);
    }

    /**
     * Polls.
     *
     * @param r where to put the element
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = poll(otherLock);
    }
}
