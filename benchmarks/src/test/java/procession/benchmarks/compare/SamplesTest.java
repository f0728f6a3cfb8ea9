// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void median_ofAnOddNumber_isTheMiddleOne() {
        assertEquals(3.0, samples(9, 3, 1).median());
    }

    @Test
    void median_ofAnEvenNumber_isBetweenTheMiddleOnes() {
        assertEquals(2.5, samples(100, 2, 3, 1).median());
    }

    @Test
    void median_ofMoreThanFitAtFirst_countsAll() {
        Samples samples = new Samples();
        for (int i = 10_000; i >= 0; i--) {
            samples.add(i);
        }
        assertEquals(5_000.0, samples.median());
        assertEquals(0.0, samples.lowest());
        assertEquals(10_000.0, samples.highest());
        assertEquals(10_001, samples.size());
    }

    @Test
    void median_ofNone_throws() {
        assertThrows(IllegalStateException.class, new Samples()::median);
    }

    static Samples samples(double... values) {
        Samples samples = new Samples();
        for (double value : values) {
            samples.add(value);
        }
        return samples;
    }
}
