// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Random sequences of operations on the bare store and on a list, with cursors that live as long as both. */
class SegmentedFifoProperties {

    enum Kind {
        ADD,
        TAKE,
        PUT_BACK,
        PEEK,
        REMOVE_RUN,
        CLEAR,
        OPEN_CURSOR,
        STEP_CURSORS,
        REMOVE_BY_CURSOR
    }

    record Step(Kind kind, int count) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.of(Kind.class);
        // Runs as long as a segment, so that a few steps make and drop segments.
        Arbitrary<Integer> counts = Arbitraries.of(1, 1, 1, 2, 5, 30, 63, 64, 65, 130);
        return Combinators.combine(kinds, counts).as(Step::new).list().ofMaxSize(80);
    }

    @Property(tries = 2000)
    void store_isTheList(@ForAll("steps") List<Step> steps) {
        var pair = new Pair();
        for (Step step : steps) {
            pair.run(step);
            pair.compare();
        }
        pair.endCursors();
    }

    /** A cursor and what it has to show: each element once, and all that were there from its start on. */
    private static final class Walk {
        private final Store.Cursor<Object> cursor;
        private final Set<Object> owed;
        private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private @Nullable Object current;
        private @Nullable Object previous;
        private boolean ended;

        Walk(Store<Object> store, List<Object> elements) {
            cursor = store.cursor();
            owed = new HashSet<>(elements);
        }

        void step() {
            if (ended) {
                return;
            }
            previous = current;
            current = cursor.advance();
            if (current == null) {
                ended = true;
            } else {
                assertTrue(seen.add(current), "shown twice");
            }
        }
    }

    private static final class Pair {
        private final Store<Object> store = new SegmentedFifo<>();
        private final List<Object> list = new ArrayList<>();
        private final List<Object> taken = new ArrayList<>();
        private final List<Walk> walks = new ArrayList<>();

        void run(Step step) {
            int count = step.count();
            switch (step.kind()) {
                case ADD -> {
                    for (int i = 0; i < count; i++) {
                        Object element = new Object();
                        store.add(element);
                        list.add(element);
                    }
                }
                case TAKE -> {
                    taken.clear();
                    for (int i = 0; i < count && !list.isEmpty(); i++) {
                        Object element = list.remove(0);
                        assertSame(element, store.take());
                        taken.add(element);
                        gone(element);
                    }
                }
                case PUT_BACK -> {
                    Collections.reverse(taken);
                    for (Object element : taken) {
                        store.putBack(element);
                        list.add(0, element);
                    }
                    taken.clear();
                }
                case PEEK -> {
                    if (!list.isEmpty()) {
                        assertSame(list.get(0), store.peek());
                    }
                }
                case REMOVE_RUN -> {
                    int from = list.size() / 3;
                    remove(new ArrayList<>(list.subList(from, Math.min(list.size(), from + count))));
                }
                case CLEAR -> {
                    store.clear();
                    list.forEach(this::gone);
                    list.clear();
                }
                case OPEN_CURSOR -> walks.add(new Walk(store, list));
                case STEP_CURSORS -> {
                    for (int i = 0; i < count; i++) {
                        walks.forEach(Walk::step);
                    }
                }
                case REMOVE_BY_CURSOR -> walks.forEach(this::removeBy);
            }
        }

        /** Removes {@code run} by one cursor that goes over everything, as an iterator does. */
        private void remove(List<Object> run) {
            Set<Object> doomed = new HashSet<>(run);
            Store.Cursor<Object> cursor = store.cursor();
            Object element = cursor.advance();
            while (element != null) {
                Object candidate = element;
                element = cursor.advance();
                if (doomed.contains(candidate)) {
                    assertTrue(cursor.removePrevious());
                    list.remove(candidate);
                    gone(candidate);
                }
            }
            assertTrue(Collections.disjoint(list, doomed));
        }

        private void removeBy(Walk walk) {
            Object previous = walk.previous;
            if (previous != null) {
                boolean there = list.contains(previous);
                boolean removed = walk.cursor.removePrevious();
                // An element that was taken and put back may have another position than before.
                assertTrue(there || !removed);
                if (removed) {
                    list.remove(previous);
                    gone(previous);
                }
            }
        }

        private void gone(Object element) {
            walks.forEach(walk -> walk.owed.remove(element));
        }

        void compare() {
            assertEquals(list.size(), store.size());
            List<Object> shown = new ArrayList<>();
            Store.Cursor<Object> cursor = store.cursor();
            for (Object element = cursor.advance(); element != null; element = cursor.advance()) {
                shown.add(element);
            }
            assertEquals(list, shown);
        }

        void endCursors() {
            for (Walk walk : walks) {
                while (!walk.ended) {
                    walk.step();
                }
                walk.owed.removeAll(walk.seen);
                assertEquals(Set.of(), walk.owed);
            }
            assertNotNull(list);
        }
    }
}
