// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t Queue_12 -r target/jcstress-wide

   Two actors put 1 and 2, two actors poll. What was got and what is left are together 1 and 2, each once.
*/
/** Between two putters and two getters no element is lost or doubled. */
@JCStressTest
@Outcome(id = "[012], [012], 3", expect = Expect.ACCEPTABLE, desc = "Each element is once somewhere.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost or doubled.")
@State
public class Queue_12_FourActors {

    private final Queue<Integer> queue = new Queue<>(2);

    private int poll() {
        @Nullable Integer element = queue.poll();
        return element == null ? 0 : element;
    }

    /** Puts 1. */
    @Actor
    public void firstPutter() {
        queue.putNowait(1);
    }

    /** Puts 2. */
    @Actor
    public void secondPutter() {
        queue.putNowait(2);
    }

    /**
     * Polls.
     *
     * @param r where to put the element
     */
    @Actor
    public void firstGetter(III_Result r) {
        r.r1 = poll();
    }

    /**
     * Polls.
     *
     * @param r where to put the element
     */
    @Actor
    public void secondGetter(III_Result r) {
        r.r2 = poll();
    }

    /**
     * Adds up when all have ended.
     *
     * @param r where to put the sum of all elements, got and left, or -1 if one is there twice
     */
    @Arbiter
    public void sum(III_Result r) {
        int left = 0;
        for (Integer element : queue) {
            left += element;
        }
        r.r3 = r.r1 != 0 && r.r1 == r.r2 ? -1 : r.r1 + r.r2 + left;
    }
}
