// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Iterators_01 -r target/jcstress

   Two actors take an item each from one shared iterator, whose source is not thread-safe.
*/
/** Two threads get different items. */
@JCStressTest
@Outcome(id = "1, 2|2, 1", expect = Expect.ACCEPTABLE, desc = "One each.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An item came twice, or not at all.")
@State
public class Iterators_01_TwoItems {

    private final SerializedIterator<Integer> items = Iterators.serialized(new ArrayList<>(List.of(1, 2)).iterator());

    /**
     * Takes one.
     *
     * @param r where to put it
     */
    @Actor
    public void one(II_Result r) {
        items.tryAdvance(item -> r.r1 = item);
    }

    /**
     * Takes one.
     *
     * @param r where to put it
     */
    @Actor
    public void other(II_Result r) {
        if (items.hasNext()) {
            r.r2 = items.next();
        }
    }
}
