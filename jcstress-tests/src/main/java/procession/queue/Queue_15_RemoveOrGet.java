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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_15 -r target/jcstress

   One actor removes an element from within the queue, which moves those before it, while the other gets the first one. The
   first result is whether it was removed, the second what was got, and the third is 10 times what is left plus the number of
   unfinished tasks: removing finishes a task, getting does not.
*/
/** An element is removed, or it is got, and no other one comes to harm. */
@JCStressTest
@Outcome(
        id = "1, 1, 31",
        expect = Expect.ACCEPTABLE,
        desc = "The second was removed, the first got, the third is left.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Something was lost, or had twice, or counted wrong.")
@State
public class Queue_15_RemoveOrGet {

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with three elements. */
    public Queue_15_RemoveOrGet() {
        queue.add(1);
        queue.add(2);
        queue.add(3);
    }

    /**
     * Removes the second element.
     *
     * @param r where to say whether it was there
     */
    @Actor
    public void remover(III_Result r) {
        r.r1 = queue.remove((Object) 2) ? 1 : 0;
    }

    /**
     * Gets the first one.
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
        int left = 0;
        for (Integer element : queue) {
            left = left * 10 + element;
        }
        r.r3 = left * 10 + (int) queue.unfinishedTasks() - 1; // the one that was got is not done
    }
}
