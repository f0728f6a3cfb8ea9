// SPDX-License-Identifier: Apache-2.0
package procession.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.TaskOptions;
import procession.multiprocessing.AsyncResult;
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

    private static int increment(int n) {
        return n + 1;
    }

    private static void doSomething() {}

    /** Each lambda means what it looks like, with and without callbacks, of which one may be an overloaded method. */
    @Test
    void lambdas_areNotAmbiguous() throws Exception {
        List<Object> given = Collections.synchronizedList(new ArrayList<>());
        int one = 1;
        try (Pool pool = new Pool(1)) {
            int two = pool.apply(x -> x + 1, 1);
            assertEquals(2, two);
            assertEquals(2, pool.apply(PoolFromOutsideTest::increment, 1));
            assertEquals(2, pool.apply(() -> increment(one)));
            assertEquals(2, pool.applyAsync(x -> x + 1, 1).get());
            assertEquals(12, pool.applyAsync(Integer::parseInt, "12").get());
            assertEquals("a", pool.apply(String::toLowerCase, "A"));
            pool.apply(() -> {
                doSomething();
            });
            pool.apply(PoolFromOutsideTest::doSomething);

            AsyncResult<Integer> value = pool.applyAsync(() -> 2, given::add);
            AsyncResult<Integer> expression = pool.applyAsync(() -> increment(one), n -> given.add(n + 1));
            AsyncResult<Integer> block = pool.applyAsync(
                    () -> {
                        int n = increment(one);
                        return n * 2;
                    },
                    given::add);
            AsyncResult<Integer> overloaded = pool.applyAsync(() -> increment(one), System.out::println);
            for (AsyncResult<Integer> each : List.of(value, expression, block, overloaded)) {
                each.await();
            }
            assertEquals(List.of(2, 3, 4), given);

            given.clear();
            AsyncResult<@Nullable Void> statement = pool.applyAsync(
                    () -> {
                        doSomething();
                    },
                    nothing -> given.add("done"));
            AsyncResult<@Nullable Void> reference =
                    pool.applyAsync(PoolFromOutsideTest::doSomething, nothing -> given.add("done too"));
            AsyncResult<@Nullable Void> call = pool.applyAsync(() -> doSomething(), System.out::println);
            AsyncResult<@Nullable Void> both = pool.applyAsync(
                    () -> {
                        doSomething();
                    },
                    nothing -> given.add("done again"),
                    given::add);
            for (AsyncResult<@Nullable Void> each : List.of(statement, reference, call, both)) {
                each.await();
            }
            assertEquals(List.of("done", "done too", "done again"), given);

            given.clear();
            List<Integer> items = List.of(1, 2);
            pool.mapAsync(x -> x + 1, items, given::add).await();
            pool.mapAsync(PoolFromOutsideTest::increment, items, list -> given.addAll(list))
                    .await();
            pool.mapAsync(x -> x + 1, items, System.out::println).await();
            pool.mapAsync(x -> x + 1, items, 1).await();
            pool.starmapAsync((a, b) -> a + b, Map.of(1, 2).entrySet(), given::add)
                    .await();
            pool.starmapAsync((a, b) -> a + b, Map.of(1, 2).entrySet(), 1).await();
            assertEquals(List.of(List.of(2, 3), 2, 3, List.of(3)), given);
        }
    }

    /** What only throws, or does not end, is a task with a result, as it is to an executor. */
    @Test
    void lambdasWithoutAnEnd_areNotAmbiguous() throws Exception {
        List<Throwable> given = Collections.synchronizedList(new ArrayList<>());
        try (Pool pool = new Pool(1)) {
            AsyncResult<Object> failed = pool.applyAsync(
                    () -> {
                        throw new IllegalStateException("on purpose");
                    },
                    result -> {},
                    given::add);
            IllegalStateException thrown = assertThrows(IllegalStateException.class, failed::get);
            assertSame(thrown, given.get(0));
            AsyncResult<Object> endless = pool.applyAsync(
                    () -> {
                        while (true) {
                            Thread.onSpinWait();
                        }
                    },
                    result -> {});
            pool.terminate();
            assertThrows(CancellationException.class, endless::get);
        }
    }

    @Test
    void builders_canBeCalledByReflection() throws Exception {
        Pool.Builder builder = Pool.builder();
        Method method = Pool.Builder.class.getMethod("maxTasksPerChild", int.class);
        assertSame(builder, method.invoke(builder, 7));
    }
}
