// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Iterator;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_11 -r target/jcstress

   One actor removes by an iterator what that shows first, while the other gets an element. The first result is what
   the iterator showed, the second what was got, and the third 10 times how many are left plus the number of
   unfinished tasks: removing finishes a task, getting does not.
*/
/** An iterator removes an element, or somebody gets it. */
@JCStressTest
@Outcome(id = "1, 2, 1", expect = Expect.ACCEPTABLE, desc = "The first was removed, and then the second got.")
@Outcome(id = "1, 1, 12", expect = Expect.ACCEPTABLE, desc = "The first was got before it could be removed.")
@Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "The first was got before the iterator began.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both had an element, or it was counted wrong.")
@State
public class PriorityQueue_11_IteratorRemovesOrGet {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    /** Creates the queue with two elements. */
    public PriorityQueue_11_IteratorRemovesOrGet() {
        queue.add(1);
        queue.add(2);
    }

    /**
     * Removes the first that it sees.
     *
     * @param r where to put it
     */
    @Actor
    public void remover(III_Result r) {
        Iterator<Integer> iterator = queue.iterator();
        r.r1 = iterator.next();
        iterator.remove();
    }

    /**
     * Gets the first.
     *
     * @param r where to put it
     */
    @Actor
    public void getter(III_Result r) {
        Integer got = queue.poll();
        r.r2 = got == null ? -1 : got;
    }

    /**
     * Looks at what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void rest(III_Result r) {
        r.r3 = queue.size() * 10 + (int) queue.unfinishedTasks();
    }
}
