// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.GcFinalization;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ThreadPoolProgressTest extends ProgressContract {
    @Override
    protected Executor create(int maxWorkers) {
        return new ThreadPoolExecutor(maxWorkers);
    }

    @Test
    void progress_ofResultsThatAreForgotten_ends() {
        Told told = new Told();
        Executor executor = executor(1);
        forget(executor, told);
        GcFinalization.awaitDone(told::isClosed);
        assertTrue(told.last().done() <= 2);
    }

    private static void forget(Executor executor, Told told) {
        Iterable<Integer> naturals = () -> Stream.iterate(0, i -> i + 1).iterator();
        assertTrue(executor.map(i -> i, naturals, MapOptions.progress(told).buffersize(2))
                .hasNext());
    }
}
