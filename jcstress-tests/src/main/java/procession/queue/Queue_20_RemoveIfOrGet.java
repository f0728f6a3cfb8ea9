// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_20 -r target/jcstress

   One actor removes everything, which asks the filter without a lock, and the other gets one. The first result is
   whether something was removed, the second what was got, and the third 10 times how many are left plus the number of
   unfinished tasks: removing finishes a task, getting does not.
*/
/** An element is removed by its filter, or it is got. */
@JCStressTest
@Outcome(id = "1, -1, 0", expect = Expect.ACCEPTABLE, desc = "Both were removed.")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "The first was got, the second removed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both had an element, or neither, or it was counted wrong.")
@State
public class Queue_20_RemoveIfOrGet {

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with two elements. */
    public Queue_20_RemoveIfOrGet() {
        queue.add(1);
        queue.add(2);
    }

    /**
     * Removes all.
     *
     * @param r where to say whether there was something
     */
    @Actor
    public void remover(III_Result r) {
        r.r1 = queue.removeIf(element -> true) ? 1 : 0;
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
