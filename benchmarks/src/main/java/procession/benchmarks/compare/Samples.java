// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/** Numbers of which the median is wanted; not for several threads at once. */
final class Samples {
    private double[] values = new double[1 << 10];
    private int size;

    void add(double value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    int size() {
        return size;
    }

    double lowest() {
        return all().min().orElseThrow();
    }

    double highest() {
        return all().max().orElseThrow();
    }

    /** Returns the middle one, or the mean of the two middle ones. */
    double median() {
        double[] sorted = all().sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private DoubleStream all() {
        if (size == 0) {
            throw new IllegalStateException("no samples");
        }
        return Arrays.stream(values, 0, size);
    }
}
