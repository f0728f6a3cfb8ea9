// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Futures_02 -r target/jcstress

   The watch is put on while the future completes; the arbiter takes what there is, without waiting.
*/
/** A future that completes while asCompleted begins is returned exactly once. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Returned once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, or returned twice.")
@State
public class Futures_02_AsCompletedOnce {

    private final Promise<String> promise = new Promise<>();
    private Iterator<Promise<String>> completed = Collections.emptyIterator();

    /** Watches. */
    @Actor
    public void watch() {
        completed = Futures.asCompleted(List.of(promise), Duration.ZERO).iterator();
    }

    /** Completes. */
    @Actor
    public void complete() {
        promise.setResult("result");
    }

    /**
     * Takes all that is there.
     *
     * @param r where to put how many there were
     */
    @Arbiter
    public void take(I_Result r) {
        try {
            while (completed.hasNext()) {
                completed.next();
                r.r1++;
            }
        } catch (CompletionException lost) {
            r.r1 = -1;
        }
    }
}
