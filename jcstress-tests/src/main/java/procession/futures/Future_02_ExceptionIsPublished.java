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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Future_02 -r target/jcstress

   One plain write before setException, one plain read after done() was true.
*/
/** What a task wrote before it threw is seen by whoever sees its future done. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Not done yet.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Done, and the write is there.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Done, and the write is missing.")
@State
public class Future_02_ExceptionIsPublished {

    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private int value;

        Failure() {
            super(null, null, false, false);
        }
    }

    private final Promise<String> promise = new Promise<>();

    /** Fails the future. */
    @Actor
    public void fail() {
        Failure failure = new Failure();
        failure.value = 1;
        promise.setException(failure);
    }

    /**
     * Reads the exception if it is there.
     *
     * @param r where to put what was read
     */
    @Actor
    public void read(I_Result r) {
        try {
            r.r1 = promise.done() && promise.exception() instanceof Failure failure ? failure.value : -1;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
