// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_01 -r target/jcstress

   One plain write before setResult, one plain read after done() was true.
*/
/** What a task wrote before it returned is seen by whoever sees its future done. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Not done yet.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Done, and the write is there.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Done, and the write is missing.")
@State
public class Future_01_ResultIsPublished {

    private static final class Box {
        private int value;
    }

    private final Promise<Box> promise = new Promise<>();

    /** Completes the future. */
    @Actor
    public void complete() {
        Box box = new Box();
        box.value = 1;
        promise.setResult(box);
    }

    /**
     * Reads the result if it is there.
     *
     * @param r where to put what was read
     */
    @Actor
    public void read(I_Result r) {
        try {
            r.r1 = promise.done() ? promise.result().value : -1;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
