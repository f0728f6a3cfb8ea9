// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BarrierTest extends BarrierContract {
    @Override
    protected Subject create(int parties, @Nullable Runnable action, @Nullable Duration defaultTimeout) {
        return new Ours(barrier(parties, action, defaultTimeout));
    }

    private static Barrier barrier(int parties, @Nullable Runnable action, @Nullable Duration defaultTimeout) {
        if (action == null) {
            return defaultTimeout == null ? new Barrier(parties) : new Barrier(parties, defaultTimeout);
        }
        return defaultTimeout == null ? new Barrier(parties, action) : new Barrier(parties, action, defaultTimeout);
    }

    private record Ours(Barrier barrier) implements Subject {
        @Override
        public int await() throws InterruptedException, BrokenBarrierException {
            return barrier.await();
        }

        @Override
        public int await(Duration timeout) throws InterruptedException, BrokenBarrierException {
            return barrier.await(timeout);
        }

        @Override
        public void abort() {
            barrier.abort();
        }

        @Override
        public void reset() {
            barrier.reset();
        }

        @Override
        public int parties() {
            return barrier.parties();
        }

        @Override
        public int waiting() {
            return barrier.waiting();
        }

        @Override
        public boolean broken() {
            return barrier.broken();
        }

        @Override
        public String toString() {
            return barrier.toString();
        }
    }

    @Test
    void everyConstructor_withoutParties_namesThem() {
        List<ThrowingRunnable<RuntimeException>> constructors = List.of(
                () -> new Barrier(0),
                () -> new Barrier(0, () -> {}),
                () -> new Barrier(0, Duration.ZERO),
                () -> new Barrier(0, () -> {}, Duration.ZERO));
        for (var constructor : constructors) {
            var thrown = assertThrows(IllegalArgumentException.class, constructor::run);
            assertTrue(String.valueOf(thrown.getMessage()).contains("parties = 0"), thrown::toString);
        }
    }

    @Test
    void nullArguments_areRefused() {
        var tester = new NullPointerTester().setDefault(int.class, 1);
        tester.testAllPublicConstructors(Barrier.class);
        tester.testAllPublicInstanceMethods(new Barrier(1));
    }
}
