// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Iterators_03 -r target/jcstress

   Two branches show the first item, each in a thread of its own. The source is asked once, and counts.
*/
/** Both branches show the same item, for which the source was asked once. */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "The same for both.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The source was asked twice, or an item differs.")
@State
public class Iterators_03_TeeAsksOnce {

    private int asked;
    private final List<Iterator<Integer>> branches =
            Iterators.tee(Stream.generate(() -> ++asked).limit(2).iterator(), 2);

    /**
     * Takes the first item.
     *
     * @param r where to put it
     */
    @Actor
    public void one(III_Result r) {
        r.r1 = branches.get(0).next();
    }

    /**
     * Takes the first item.
     *
     * @param r where to put it
     */
    @Actor
    public void other(III_Result r) {
        r.r2 = branches.get(1).next();
    }

    /**
     * Counts when both have ended.
     *
     * @param r where to put how often the source was asked
     */
    @Arbiter
    public void end(III_Result r) {
        r.r3 = asked;
    }
}
