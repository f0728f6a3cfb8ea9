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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Iterators_02 -r target/jcstress

   One item is left, and two actors ask for it. The one that is told that there is one gets it, and the other sees the end.
*/
/** The last item goes to one thread, and the other sees the end. */
@JCStressTest
@Outcome(id = "1, 0|0, 1", expect = Expect.ACCEPTABLE, desc = "One got it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both got it, or nobody.")
@State
public class Iterators_02_LastItem {

    private final SerializedIterator<Integer> items = Iterators.serialized(new ArrayList<>(List.of(1)).iterator());

    /**
     * Takes one, if there is.
     *
     * @param r where to put it
     */
    @Actor
    public void one(II_Result r) {
        if (items.hasNext()) {
            r.r1 = items.next();
        }
    }

    /**
     * Takes one, if there is.
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
