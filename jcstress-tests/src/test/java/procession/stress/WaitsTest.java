// SPDX-License-Identifier: Apache-2.0
package procession.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.reflect.ClassPath;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import procession.futures.Waits_01_OfFutures;
import procession.queue.Waits_01_OfQueues;
import procession.stress.Waits.Way;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;
import procession.threading.Waits_01_OfSynchronizers;

/** The waits of the stress tests: that none is missing, and that each ends also when it has begun for certain. */
class WaitsTest {

    private static final List<String> PACKAGES =
            List.of("procession.threading", "procession.queue", "procession.futures");

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
