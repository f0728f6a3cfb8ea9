// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import procession.multiprocessing.shared.SecondMapping;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t SharedEvent_01 -r target/jcstress

   One actor writes a number plainly and sets the event; the other one looks whether it is set, and reads the number.
*/
/** What was written before the event was set is there once it is seen set. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Nothing was there.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The number was there, and the event not set.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It is set, and the number is not there.")
@State
public class SharedEvent_01_SetShowsWrites {

    private static final Event[] HERE = new Event[SecondMapping.RING];
    private static final Event[] THERE = new Event[SecondMapping.RING];

    static {
        for (int i = 0; i < SecondMapping.RING; i++) {
            HERE[i] = new Event();
            THERE[i] = new Event(SecondMapping.of(HERE[i].cell()));
        }
    }

    private final int index = SecondMapping.next();

    /** Clears what another state has left there. */
    public SharedEvent_01_SetShowsWrites() {
        SecondMapping.here(index).set(0);
        HERE[index].clear();
    }

    /**
     * Writes, and sets.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void first(II_Result r) {
        SecondMapping.here(index).setPlain(1);
        HERE[index].set();
    }

    /**
     * Looks, and reads.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void second(II_Result r) {
        r.r1 = THERE[index].isSet() ? 1 : 0;
        r.r2 = SecondMapping.there(index).getPlain();
    }
}
