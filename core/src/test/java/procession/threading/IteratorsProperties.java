// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Random steps of three threads on shared iterators, each compared with a model of a few numbers. */
class IteratorsProperties {
    private static final int MEMBERS = 3;

    enum Operation {
        HAS_NEXT,
        NEXT,
        TRY_ADVANCE
    }

    record Step(int member, Operation operation) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(Arbitraries.integers().between(0, MEMBERS - 1), Arbitraries.of(Operation.class))
                .as(Step::new)
                .list()
                .ofMaxSize(40);
    }

    /** Items are numbered from 1; 0 means none. */
    private static Iterator<Integer> items(int count) {
        return IntStream.rangeClosed(1, count).iterator();
    }

    @Property(tries = 200)
    void serialized_givesEachItemToOne_whoMayHaveClaimedIt(
            @ForAll("steps") List<Step> steps, @ForAll @IntRange(max = 20) int count) throws Exception {
        SerializedIterator<Integer> iterator = Iterators.serialized(items(count));
        int last = 0;
        int[] claimed = new int[MEMBERS];
        try (var party = new Party(MEMBERS)) {
            for (Step step : steps) {
                int member = step.member();
                if (claimed[member] == 0 && last < count) {
                    claimed[member] = ++last;
                }
                int expected = claimed[member];
                switch (step.operation()) {
                    case HAS_NEXT -> assertEquals(expected > 0, party.let(member, iterator::hasNext));
                    case NEXT -> {
                        if (expected > 0) {
                            assertEquals(expected, party.let(member, iterator::next));
                        } else {
                            assertThrows(NoSuchElementException.class, () -> party.let(member, iterator::next));
                        }
                        claimed[member] = 0;
                    }
                    case TRY_ADVANCE -> {
                        int[] seen = new int[1];
                        assertEquals(
                                expected > 0, party.let(member, () -> iterator.tryAdvance(item -> seen[0] = item)));
                        assertEquals(expected, seen[0]);
                        claimed[member] = 0;
                    }
                }
            }
        }
    }

    @Property(tries = 200)
    void tee_givesAllItemsToEachBranch(@ForAll("steps") List<Step> steps, @ForAll @IntRange(max = 20) int count)
            throws Exception {
        int[] asked = new int[1];
        Iterator<Integer> source = items(count);
        List<Iterator<Integer>> branches = Iterators.tee(
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return source.hasNext();
                    }

                    @Override
                    public Integer next() {
                        asked[0]++;
                        return source.next();
                    }
                },
                MEMBERS);
        int[] taken = new int[MEMBERS];
        int furthest = 0;
        try (var party = new Party(MEMBERS)) {
            for (Step step : steps) {
                int member = step.member();
                Iterator<Integer> branch = branches.get(member);
                boolean more = taken[member] < count;
                if (more) {
                    furthest = Math.max(furthest, taken[member] + 1);
                }
                if (step.operation() == Operation.HAS_NEXT) {
                    assertEquals(more, party.let(member, branch::hasNext));
                } else if (more) {
                    assertEquals(++taken[member], party.let(member, branch::next));
                } else {
                    assertThrows(NoSuchElementException.class, () -> party.let(member, branch::next));
                }
                assertEquals(furthest, asked[0], "the source is asked once for each item, and not ahead");
            }
        }
        assertTrue(furthest <= count);
    }
}
