// SPDX-License-Identifier: Apache-2.0
package procession.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.reflect.ClassPath;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import procession.futures.Action;
import procession.futures.ThreadPoolExecutor;
import procession.futures.Waits_01_OfFutures;
import procession.queue.Waits_01_OfQueues;
import procession.stress.Waits.Way;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;
import procession.threading.Barrier;
import procession.threading.Timer;
import procession.threading.Waits_01_OfSynchronizers;

/** The waits of the stress tests: that none is missing, that each ends when it has begun for certain, and what it costs. */
class WaitsTest {

    private static final List<String> PACKAGES =
            List.of("procession.threading", "procession.queue", "procession.futures");

    private static final int LOOKS = 5;

    static Stream<Way> ways() {
        return Stream.of(Waits_01_OfSynchronizers.WAYS, Waits_01_OfQueues.WAYS, Waits_01_OfFutures.WAYS)
                .flatMap(waits -> waits.all().stream());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void wait_thatHasBegun_ends(Way way) {
        EndingWait wait = way.make();
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", wait::await));
            wait.end();
        }
    }

    /** Returns one way for each method. */
    static Collection<Way> methods() {
        Map<String, Way> first = new LinkedHashMap<>();
        ways().forEach(way -> first.putIfAbsent(way.method(), way));
        return first.values();
    }

    @Test
    void waiting_usesNoProcessor() {
        try (var threads = new ThreadHarness(Delays.large())) {
            Map<Thread, Way> waiters = new LinkedHashMap<>();
            List<EndingWait> waits = new ArrayList<>();
            for (Way way : methods()) {
                EndingWait wait = way.make();
                waits.add(wait);
                waiters.put(threads.start(way.toString(), wait::await), way);
            }
            assertIdle(waiters.keySet());
            waits.forEach(EndingWait::end);
        }
    }

    @Test
    void idleWorkersAndTimers_useNoProcessor() throws InterruptedException {
        Queue<Thread> idle = new ConcurrentLinkedQueue<>();
        int workers = 4;
        var all = new Barrier(workers);
        var timer = Timer.every(Duration.ofDays(1), () -> {});
        try (var executor = new ThreadPoolExecutor(workers)) {
            for (int i = 0; i < workers; i++) {
                executor.execute((Action) () -> {
                    idle.add(Thread.currentThread());
                    all.await();
                });
            }
            timer.start();
            Await.until("all run", () -> idle.size() == workers);
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> timer.toString().startsWith(thread.getName() + "["))
                    .forEach(idle::add);
            assertEquals(workers + 1, idle.size());
            assertIdle(idle);
        } finally {
            timer.cancel();
            timer.join();
        }
    }

    /** Looks whether threads that have nothing to do use a processor; not only once, because they may just have come to wait. */
    private static void assertIdle(Collection<Thread> threads) {
        threads.forEach(Await::blocked);
        Map<Thread, Long> busy = busyOnes(threads);
        for (int i = 1; i < LOOKS && !busy.isEmpty(); i++) {
            busy = busyOnes(threads);
        }
        assertEquals(Map.of(), busy, "nanoseconds of processor time");
    }

    private static Map<Thread, Long> busyOnes(Collection<Thread> threads) {
        ThreadMXBean times = ManagementFactory.getThreadMXBean();
        Map<Thread, Long> used = new HashMap<>();
        threads.forEach(thread -> used.put(thread, times.getThreadCpuTime(thread.getId())));
        Await.sleep(Delays.small()); // a time to look at, not an order of events
        used.replaceAll((thread, before) -> times.getThreadCpuTime(thread.getId()) - before);
        used.values().removeIf(time -> time < Delays.small().toNanos() / 10);
        return used;
    }

    /** The build lets virtual threads have one carrier only, so that one who keeps it keeps everybody from running. */
    @ParameterizedTest
    @MethodSource("methods")
    void virtualThread_thatWaits_leavesItsCarrierToOthers(Way way) throws Exception {
        List<EndingWait> waits = List.of(way.make(), way.make());
        List<Thread> waiters = new ArrayList<>();
        for (EndingWait wait : waits) {
            waiters.add(startVirtual(wait::await));
        }
        waiters.forEach(Await::blocked);
        var other = new CountDownLatch(1);
        startVirtual(other::countDown).join(Delays.medium().toMillis());
        assertEquals(0, other.getCount(), "the waiters keep the carrier");
        waits.forEach(EndingWait::end);
        for (Thread waiter : waiters) {
            waiter.join(Delays.large().toMillis());
            assertFalse(waiter.isAlive());
        }
    }

    /** Starts a virtual thread where there are any, else a daemon. */
    private static Thread startVirtual(Runnable body) throws ReflectiveOperationException {
        try {
            return (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
        } catch (NoSuchMethodException before21) {
            var thread = new Thread(body, "instead-of-virtual");
            thread.setDaemon(true);
            thread.start();
            return thread;
        }
    }

    @Test
    void everyMethodThatWaits_isAmongThem() throws IOException {
        Set<String> known = ways().map(Way::method).collect(Collectors.toSet());
        Set<String> missing = new TreeSet<>();
        for (Class<?> type : publicTypes()) {
            for (Method method : type.getMethods()) {
                String name = type.getSimpleName() + "." + signature(method);
                if (waits(method) && !known.contains(name)) {
                    missing.add(name);
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    /** Returns what can be made, and those interfaces of which nothing public can be made. */
    private static List<Class<?>> publicTypes() throws IOException {
        List<Class<?>> types = ClassPath.from(WaitsTest.class.getClassLoader()).getTopLevelClasses().stream()
                .filter(type -> PACKAGES.contains(type.getPackageName()))
                .filter(type -> !type.getSimpleName().contains("_")) // a stress test
                .<Class<?>>map(ClassPath.ClassInfo::load)
                .filter(type -> Modifier.isPublic(type.getModifiers()))
                .toList();
        return types.stream()
                .filter(type -> !Modifier.isAbstract(type.getModifiers())
                        || types.stream().noneMatch(other -> other != type && type.isAssignableFrom(other)))
                .toList();
    }

    private static boolean waits(Method method) {
        return method.getDeclaringClass().getPackageName().startsWith("procession.")
                && List.of(method.getExceptionTypes()).contains(InterruptedException.class);
    }

    private static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
