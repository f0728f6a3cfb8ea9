// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.BarrierContract;

/** A barrier that half of the threads see through one mapping, and the other half through another. */
@ExtendWith(LeakCheck.class)
class BarrierOfTwoMappingsTest extends BarrierContract {
    private final List<Barrier> made = new ArrayList<>();

    @Override
    protected Subject create(int parties, @Nullable Runnable action, @Nullable Duration defaultTimeout) {
        Barrier even = BarrierSubject.barrier(parties, action, defaultTimeout);
        made.add(even);
        Barrier odd;
        try {
            odd = even.through(Mappings.again(even.cell()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BarrierSubject(() -> Thread.currentThread().getId() % 2 == 0 ? even : odd);
    }

    @Override
    protected boolean movesUp() {
        return false;
    }

    @AfterEach
    void destroy() {
        made.forEach(Barrier::destroy);
    }
}
