// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store costs; what it does is in {@link SegmentedFifoProperties}. */
class SegmentedFifoTest {

    @Test
    void segments_growWithTheElements_andGo() {
        var store = new SegmentedFifo<Integer>();
        for (int i = 0; i < 6400; i++) {
            store.add(i);
        }
        assertEquals(100, store.segments());
        for (int i = 0; i < 6400; i++) {
            assertEquals(i, store.take());
        }
        assertEquals(1, store.segments());
    }

    /** Behind an element that stays, elements come and are removed for ever. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 63, 64, 65, 200})
    void segments_ofHoles_areUnlinked(int staying) {
        var store = new SegmentedFifo<Integer>();
        for (int i = 0; i < staying; i++) {
            store.add(-1);
        }
        for (int i = 0; i < 10_000; i += 100) {
            for (int j = i; j < i + 100; j++) {
                store.add(j);
            }
            removeNotNegative(store);
            assertTrue(store.segments() <= staying / 64 + 3, () -> store.segments() + " segments");
        }
        assertEquals(staying, store.size());
    }

    private static void removeNotNegative(SegmentedFifo<Integer> store) {
        Store.Cursor<Integer> cursor = store.cursor();
        Integer element = cursor.advance();
        while (element != null) {
            boolean doomed = element >= 0;
            element = cursor.advance();
            if (doomed) {
                assertTrue(cursor.removePrevious());
            }
        }
    }
}
