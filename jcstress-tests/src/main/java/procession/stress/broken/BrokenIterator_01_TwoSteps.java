// SPDX-License-Identifier: Apache-2.0
package procession.stress.broken;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -Dstress.broken=true -jar jcstress-tests/target/jcstress.jar -t BrokenIterator_01 -r target/broken

   An iterator whose hasNext() and next() are locked each, and not together: both actors can be told of the last item. The test
   must fail: it is the twin of Iterators_02_LastItem.
*/
/** A shared iterator that promises its last item to two threads. */
@JCStressTest
@Outcome(id = "1, 0|0, 1", expect = Expect.ACCEPTABLE, desc = "One got it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One was promised an item that the other got.")
@State
public class BrokenIterator_01_TwoSteps {

    private int next;

    private synchronized boolean hasNext() {
        return next < 1;
    }

    private synchronized int next() {
        return ++next; // 2 is the item that does not exist
    }

    /**
     * Takes one, if there is.
     *
     * @param r where to put it
     */
    @Actor
    public void one(II_Result r) {
        if (hasNext()) {
            r.r1 = next();
        }
    }

    /**
     * Takes one, if there is.
     *
     * @param r where to put it
     */
    @Actor
    public void other(II_Result r) {
        if (hasNext()) {
            r.r2 = next();
        }
    }
}
