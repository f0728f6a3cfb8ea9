// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** {@code map} does what a plain stream does, however it goes about it. */
@SuppressWarnings("NullAway") // knows which outcomes are failures
class MapProperties {

    private static MapOptions options(int chunksize, int buffersize) {
        MapOptions.Chain options = MapOptions.chunksize(chunksize);
        return buffersize == 0 ? options : options.buffersize(buffersize);
    }

    @Property(tries = 300)
    void map_isAStreamsMap(
            @ForAll List<Integer> items,
            @ForAll @IntRange(min = 1, max = 9) int chunksize,
            @ForAll @IntRange(max = 9) int buffersize,
            @ForAll @IntRange(min = 1, max = 3) int workers)
            throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(workers)) {
            assertEquals(
                    items.stream().map(i -> i * 31).toList(),
                    executor.map(i -> i * 31, items, options(chunksize, buffersize))
                            .toList());
        }
    }

    @Property(tries = 200)
    void map_twoInputs_isAZip(
            @ForAll List<Integer> first,
            @ForAll List<Character> second,
            @ForAll @IntRange(min = 1, max = 5) int chunksize,
            @ForAll @IntRange(max = 5) int buffersize)
            throws Exception {
        List<String> expected = IntStream.range(0, Math.min(first.size(), second.size()))
                .mapToObj(i -> first.get(i) + ":" + second.get(i))
                .toList();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            assertEquals(
                    expected,
                    executor.map((Integer a, Character b) -> a + ":" + b, first, second, options(chunksize, buffersize))
                            .toList());
        }
    }

    @Property(tries = 200)
    void map_failures_stayInTheirPlaces(
            @ForAll @Size(max = 30) List<Boolean> fails,
            @ForAll @IntRange(min = 1, max = 7) int chunksize,
            @ForAll @IntRange(max = 7) int buffersize)
            throws Exception {
        Fn<Integer, Integer> function = i -> {
            if (fails.get(i)) {
                throw new IllegalArgumentException(Integer.toString(i));
            }
            return i;
        };
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < fails.size(); i++) {
            expected.add(fails.get(i) ? "failure " + i : "value " + i);
        }
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            List<Integer> items = IntStream.range(0, fails.size()).boxed().toList();
            List<String> actual =
                    executor.map(function, items, options(chunksize, buffersize)).outcomes().toList().stream()
                            .map(outcome -> outcome.succeeded()
                                    ? "value " + outcome.value()
                                    : "failure " + outcome.failure().getMessage())
                            .toList();
            assertEquals(expected, actual);
        }
    }

    @Property(tries = 200)
    void map_window_isNeverPassed(
            @ForAll @IntRange(min = 1, max = 12) int chunksize,
            @ForAll @IntRange(min = 1, max = 12) int buffersize,
            @ForAll @IntRange(max = 30) int taken) {
        AtomicInteger read = new AtomicInteger();
        Iterable<Integer> naturals =
                () -> IntStream.generate(read::getAndIncrement).iterator();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
                Results<Integer> results = executor.map(i -> i, naturals, options(chunksize, buffersize))) {
            int most = read.get();
            for (int i = 0; i < taken; i++) {
                assertEquals(i, results.next());
                most = Math.max(most, read.get() - i);
            }
            assertTrue(most <= buffersize, most + " in flight");
        }
    }
}
