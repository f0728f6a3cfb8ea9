// SPDX-License-Identifier: Apache-2.0
package procession.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.reflect.Method;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.TaskOptions;
import procession.multiprocessing.Pool;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.testing.LeakCheck;

/** Programs that are in no package of ours: that they compile is most of the test. */
@ExtendWith(LeakCheck.class)
class PoolFromOutsideTest {

    @Test
    void builders_canBeChained_inAnyOrder() throws Exception {
        Duration minute = Duration.ofMinutes(1);
        try (Pool pool = Pool.builder()
                        .idleTimeout(minute)
                        .startTimeout(minute)
                        .workers(0)
                        .taskOptions(TaskOptions.retries(1))
                        .exitHook(() -> {})
                        .build();
                ProcessPoolExecutor executor = ProcessPoolExecutor.builder()
                        .idleTimeout(minute)
                        .maxWorkers(1)
                        .taskTimeout(minute)
                        .workers(0)
                        .build()) {
            assertEquals(2, pool.apply(() -> 2));
            assertEquals(3, executor.submit(() -> 3).result());
        }
    }

    @Test
    void builders_canBeCalledByReflection() throws Exception {
        Pool.Builder builder = Pool.builder();
        Method method = Pool.Builder.class.getMethod("maxTasksPerChild", int.class);
        assertSame(builder, method.invoke(builder, 7));
    }
}
