// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.futures.Future;
import procession.futures.Task;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** Classes that only the parent process has reach its children. */
@ExtendWith(LeakCheck.class)
class PeerClassesTest {
    private static final String ADDER = "class Adder { private static int calls;"
            + " public static Task<String> make() { int base = 40; return () -> {"
            + " String text = new Helper().text(base + 2) + \" \" + ++calls;"
            + " if (Thread.currentThread().getContextClassLoader() != Adder.class.getClassLoader())"
            + " throw new AssertionError(\"context\");"
            + " return text + \" \" + Adder.class.getPackage().getName(); }; } }";
    private static final String HELPER =
            "class Helper { public String text(int number) { return \"sum \" + number; } }";

    /** Has a value of a class that the parent has in memory, too. */
    private static final String BOXER = "class Boxer implements java.io.Serializable { public final int value = 7;"
            + " public static Task<Object> make() { return () -> new Boxer(); } }";

    /** Looks for a class that may be there. */
    private static final String PROBER = "class Prober { public static Task<String> make() { return () -> {"
            + " try { return Class.forName(\"user.Optional\", true,"
            + " Thread.currentThread().getContextClassLoader()).getName(); }"
            + " catch (ClassNotFoundException none) { return \"none\"; } }; } }";

    private static final String READER = "class Reader { public static Task<String> make() { return () -> {"
            + " ClassLoader loader = Reader.class.getClassLoader();"
            + " StringBuilder text = new StringBuilder();"
            + " try (var in = loader.getResourceAsStream(\"some text/of#mine.txt\")) {"
            + " text.append(new String(in.readAllBytes(), \"UTF-8\")); }"
            + " for (var url : java.util.Collections.list(loader.getResources(\"META-INF/services/java.lang.Runnable\")))"
            + " try (var in = new java.net.URL(url, \"\").openStream()) { text.append(' ').append(in.readAllBytes().length); }"
            + " for (Runnable each : java.util.ServiceLoader.load(Runnable.class))"
            + " text.append(' ').append(each.getClass().getName());"
            + " text.append(' ').append(loader.getResource(\"not/there\"));"
            + " return text.toString(); }; } }";
    private static final String SERVICE = "class Service implements Runnable { public void run() {} }";

    private static final String NESTER = "class Nester { public static Task<String> make() { return () -> {"
            + " try (var pool = new ProcessPoolExecutor(1)) {"
            + " int base = 20; return pool.submit(() -> new Helper().text(base + 1)).result(); } }; } }";

    private static final String EXITER = "class Exiter { public static Action make() {"
            + " return () -> System.exit(new Helper().text(1).length()); } }";

    @TempDir
    Path directory;

    /** A loader of the JDK's kind, which gives URLs. */
    static final class WithUrls extends InMemory {
        @Override
        protected @Nullable URL findResource(String name) {
            byte[] bytes;
            try (InputStream in = getResourceAsStream(name)) {
                bytes = in == null ? null : in.readAllBytes();
                return bytes == null ? null : new URL(null, "inmemory:/" + name.replace("#", "%23"), new Held(bytes));
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        protected Enumeration<URL> findResources(String name) {
            URL url = findResource(name);
            return url == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(url));
        }
    }

    private static final class Held extends URLStreamHandler {
        private final byte[] bytes;

        Held(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() {
                    return new ByteArrayInputStream(bytes);
                }
            };
        }
    }

    private static ProcessPoolExecutor pool(InMemory context) throws Exception {
        return context.asContext(() -> new ProcessPoolExecutor(1));
    }

    private static String message(Future<?> future) throws Exception {
        Throwable failure = assertInstanceOf(NotTransferableException.class, future.exception(Delays.large()));
        return String.valueOf(failure.getMessage());
    }

    @Test
    void classesOfTheContextLoader_areFetchedOnce() throws Exception {
        InMemory context = InMemory.of(directory, ADDER, HELPER);
        try (ProcessPoolExecutor pool = pool(context)) {
            Task<String> adder = context.task("Adder");
            for (int i = 1; i <= 3; i++) {
                assertEquals("sum 42 " + i + " user", pool.submit(adder).result(Delays.large()));
            }
            assertEquals(List.of("user/Adder.class", "user/Helper.class"), List.copyOf(context.asked));
        }
    }

    @Test
    void classesOfATasksLoader_areFetchedAndItsResultsReadToo() throws Exception {
        InMemory other = InMemory.of(directory, BOXER);
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Object boxer = pool.submit(other.<Object>task("Boxer")).result(Delays.large());
            assertSame(other.loadClass("user.Boxer"), boxer.getClass());
            assertEquals(7, boxer.getClass().getField("value").get(boxer));
            List<Object> same =
                    List.copyOf(pool.map(item -> item, List.of(boxer, boxer)).toList());
            assertSame(other.loadClass("user.Boxer"), same.get(1).getClass());
        }
    }

    @Test
    void classesOfTheClassPath_areNotAskedFor() throws Exception {
        InMemory context = new InMemory();
        try (ProcessPoolExecutor pool = pool(context)) {
            assertEquals(3, pool.submit(() -> List.of(1, 2, 3).size()).result(Delays.large()));
            assertEquals(
                    "jdk.internal.loader.ClassLoaders$AppClassLoader",
                    pool.submit(() -> PeerClassesTest.class
                                    .getClassLoader()
                                    .getClass()
                                    .getName())
                            .result(Delays.large()));
            assertEquals(List.of(), List.copyOf(context.asked));
            assertEquals(
                    0L,
                    pool.submit(() -> Thread.getAllStackTraces().keySet().stream()
                                    .filter(thread -> thread.getName().equals("procession-asking"))
                                    .count())
                            .result(Delays.large()));
        }
    }

    @Test
    void resourcesOfTheContextLoader_areFetched() throws Exception {
        InMemory context = new WithUrls()
                .with(directory, READER, SERVICE)
                .with("some text/of#mine.txt", "hello")
                .with("META-INF/services/java.lang.Runnable", "user.Service");
        try (ProcessPoolExecutor pool = pool(context)) {
            assertEquals(
                    "hello 12 user.Service null",
                    pool.submit(context.<String>task("Reader")).result(Delays.large()));
        }
    }

    @Test
    void classMissingHere_isLookedForOnceAndAgainWhenItMayHaveCome() throws Exception {
        InMemory context = InMemory.of(directory.resolve("first"), PROBER);
        InMemory later = InMemory.of(
                directory.resolve("later"),
                "class Optional { public static Task<String> make() { return () -> \"there\"; } }");
        try (ProcessPoolExecutor pool = pool(context)) {
            Task<String> prober = context.task("Prober");
            assertEquals("none", pool.submit(prober).result(Delays.large()));
            assertEquals("none", pool.submit(prober).result(Delays.large()));
            assertEquals(1, Collections.frequency(List.copyOf(context.asked), "user/Optional.class"));
            assertEquals("there", pool.submit(later.<String>task("Optional")).result(Delays.large()));
            assertEquals("user.Optional", pool.submit(prober).result(Delays.large()));
        }
    }

    /** A loader that has classes and shows nobody their bytes. */
    static final class Secretive extends InMemory {
        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            return getParent().getResourceAsStream(name);
        }
    }

    @Test
    void classWithoutBytes_isNamedWithItsLoaderAndTheRemedy() throws Exception {
        InMemory secretive = new Secretive().with(directory, ADDER, HELPER);
        try (ProcessPoolExecutor pool = pool(secretive)) {
            String message = message(pool.submit(secretive.<String>task("Adder")));
            assertTrue(message.contains("user.Adder"), message);
            assertTrue(message.contains(Secretive.class.getName() + "@"), message);
            assertTrue(message.contains("getResourceAsStream(\"user/Adder.class\")"), message);
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void classMissingEverywhereAtRunTime_isExplained() throws Exception {
        InMemory context = InMemory.of(directory.resolve("all"), ADDER, HELPER);
        InMemory less = new InMemory() {
            @Override
            public @Nullable InputStream getResourceAsStream(String name) {
                return name.equals("user/Helper.class") ? null : super.getResourceAsStream(name);
            }

            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                if (name.equals("user.Helper")) {
                    throw new ClassNotFoundException(name);
                }
                return super.findClass(name);
            }
        }.with(directory.resolve("again"), ADDER, HELPER);
        assertTrue(context.loadClass("user.Helper").getName().endsWith("Helper"));
        try (ProcessPoolExecutor pool = pool(less)) {
            Throwable failure = pool.submit(less.<String>task("Adder")).exception(Delays.large());
            NoClassDefFoundError missing = assertInstanceOf(NoClassDefFoundError.class, failure);
            String why =
                    String.valueOf(Objects.requireNonNull(missing.getCause()).getMessage());
            assertTrue(why.contains("user.Helper"), why);
            assertTrue(why.contains("not on the class path of this worker"), why);
            assertTrue(why.contains("put it on the class path of the program"), why);
        }
    }

    @Test
    void nestedPool_hasTheClassesOfItsGrandparent() throws Exception {
        InMemory context = InMemory.of(directory, NESTER, HELPER);
        try (ProcessPoolExecutor pool = pool(context)) {
            assertEquals("sum 21", pool.submit(context.<String>task("Nester")).result(Delays.large()));
        }
    }

    @Test
    void process_hasTheClassesOfItsParent() throws Exception {
        InMemory loader = InMemory.of(directory, EXITER, HELPER);
        try (Process process = new Process((Action) loader.made("Exiter"))) {
            process.start();
            if (!process.join(Delays.large())) {
                process.kill(); // or close() would wait for it
            }
            process.join();
            assertEquals(OptionalInt.of("sum 1".length()), process.exitcode());
        }
    }

    @Test
    void process_whoseClassesComeFromAThreadLeftInterrupted_hasThem() throws Exception {
        InMemory rude = new InMemory() {
            @Override
            public @Nullable InputStream getResourceAsStream(String name) {
                if (name.equals("user/Helper.class")) {
                    Thread.currentThread().interrupt();
                }
                return super.getResourceAsStream(name);
            }
        }.with(directory, EXITER, HELPER);
        assertEquals("sum 1".length(), Children.run(new Process((Action) rude.made("Exiter"))));
    }

    /** A loader that never answers, until it is let go. */
    static final class Stuck extends InMemory {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            if (name.equals("user/Helper.class")) {
                reached.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
            }
            return super.getResourceAsStream(name);
        }
    }

    /** Notes which context class loader those have who ask it. */
    static final class Witness extends InMemory {
        final Queue<ClassLoader> contexts = new ConcurrentLinkedQueue<>();

        @Override
        protected Enumeration<URL> findResources(String name) {
            contexts.add(Thread.currentThread().getContextClassLoader());
            return Collections.emptyEnumeration();
        }
    }

    /** Whoever waits for a task may do the pool's work meanwhile, and so be the first to hear of the question. */
    @Test
    void classesAreLookedFor_inTheContextOfThePool_whoeverWaits() throws Exception {
        Witness witness = new Witness();
        try (ProcessPoolExecutor pool = pool(witness)) {
            Callable<Integer> tasks = () -> {
                for (int i = 0; i < 100; i++) {
                    assertEquals(1, pool.submit(() -> 1).result());
                }
                return pool.submit(() -> Collections.list(Thread.currentThread()
                                        .getContextClassLoader()
                                        .getResources("wanted/" + System.nanoTime()))
                                .size())
                        .result();
            };
            for (int i = 0; i < 8; i++) {
                assertEquals(0, new InMemory().asContext(tasks));
                Await.until(
                        "the end of the thread that gives classes",
                        () -> Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().endsWith("-classes")));
            }
        }
        assertTrue(witness.contexts.size() >= 8);
        assertEquals(Set.of(witness), new HashSet<>(witness.contexts));
    }

    @Test
    void taskThatWaitsForAClass_canBeCancelled() throws Exception {
        Stuck stuck = new Stuck();
        stuck.with(directory, ADDER, HELPER);
        try (ProcessPoolExecutor pool = pool(stuck)) {
            Future<String> future = pool.submit(stuck.<String>task("Adder"));
            Await.until("the question", Delays.large(), () -> stuck.reached.getCount() == 0);
            assertTrue(future.cancel(true));
            assertThrows(CancellationException.class, future::result);
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
            stuck.goOn.countDown();
            assertEquals(
                    "sum 42 1 user", pool.submit(stuck.<String>task("Adder")).result(Delays.large()));
        }
    }

    /** What the process says at its end can't be heard before the question is answered. */
    @Test
    void process_whoseParentIsStuck_endsInItsSight_andNeverChangesItsExitCode() throws Exception {
        Mark goOn = new Mark(directory, "go on");
        Stuck stuck = new Stuck();
        stuck.with(
                directory,
                HELPER,
                "class Quitter { public static Action make() { return () -> {"
                        + " Thread asker = new Thread(() -> new Helper().text(1)); asker.setDaemon(true); asker.start();"
                        + " while (!java.nio.file.Files.exists(java.nio.file.Path.of(\"" + goOn.path()
                        + "\"))) Thread.sleep(2); System.exit(137); }; } }");
        Process process = new Process("quitter", (Action) stuck.made("Quitter"));
        process.start();
        Await.until("the question", Delays.large(), () -> stuck.reached.getCount() == 0);
        goOn.add("now");
        int code = Children.end(process);
        stuck.goOn.countDown();
        Await.until(
                "the end of its last thread",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("quitter-control")));
        assertEquals(code, process.exitcode().orElseThrow());
    }

    @Test
    void interruptWhileAClassIsFetched_isKept() throws Exception {
        InMemory context = InMemory.of(
                directory,
                HELPER,
                "class Impatient { public static Task<String> make() { return () -> {"
                        + " Thread.currentThread().interrupt(); String text = new Helper().text(1);"
                        + " return text + Thread.interrupted(); }; } }");
        try (ProcessPoolExecutor pool = pool(context)) {
            assertEquals(
                    "sum 1true", pool.submit(context.<String>task("Impatient")).result(Delays.large()));
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void loaderThatFails_failsOnlyTheTaskThatNeedsIt() throws Exception {
        InMemory angry = new InMemory() {
            @Override
            public @Nullable InputStream getResourceAsStream(String name) {
                if (name.endsWith("Helper.class")) {
                    throw new IllegalStateException("closed");
                }
                return super.getResourceAsStream(name);
            }
        }.with(directory, ADDER, HELPER);
        try (ProcessPoolExecutor pool = pool(angry)) {
            Future<String> future = pool.submit(angry.<String>task("Adder"));
            Throwable failure =
                    assertThrows(ExecutionException.class, () -> future.get()).getCause();
            String why = String.valueOf(
                    Objects.requireNonNull(Objects.requireNonNull(failure).getCause())
                            .getMessage());
            assertTrue(why.contains("IllegalStateException: closed"), why);
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    private static final String SELF = "class Self { public static Task<String> make() { return () ->"
            + " Self.class.getProtectionDomain().getCodeSource().getLocation() + \" \""
            + " + Self.class.getClassLoader().getResource(\"user/Self.class\"); }; }";

    @Test
    void codeSource_isThatOfTheParent() throws Exception {
        InMemory context = new WithUrls().with(directory, SELF);
        try (ProcessPoolExecutor pool = pool(context)) {
            assertEquals(
                    "inmemory:/ procession:/user/Self.class",
                    pool.submit(context.<String>task("Self")).result(Delays.large()));
        }
    }

    /** Serves what is in a directory by a protocol that no other JVM knows. */
    private static URL unusual(Path directory) throws IOException {
        return new URL(null, "unusual:/", new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) throws IOException {
                byte[] bytes =
                        Files.readAllBytes(directory.resolve(url.getPath().substring(1)));
                return new Held(bytes).openConnection(url);
            }
        });
    }

    @Test
    void loaderOfFilesAndOfOtherUrls_isAskedForBoth() throws Exception {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        for (Path file : InMemory.compile(directory.resolve("all"), ADDER, HELPER)) {
            Path target = (file.endsWith("Adder.class") ? first : second).resolve("user");
            Files.createDirectories(target);
            Files.copy(file, target.resolve(file.getFileName()));
        }
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (URLClassLoader mixed = new URLClassLoader(
                new URL[] {first.toUri().toURL(), unusual(second)}, PeerClassesTest.class.getClassLoader())) {
            thread.setContextClassLoader(mixed);
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
                @SuppressWarnings("unchecked") // see ADDER
                Task<String> adder = (Task<String>)
                        mixed.loadClass("user.Adder").getMethod("make").invoke(null);
                assertEquals("sum 42 1 user", pool.submit(adder).result(Delays.large()));
            }
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    /** Has to be implemented in its own package and class loader. */
    interface Hidden {
        int number();
    }

    record Answer(int number) implements InvocationHandler, Serializable {
        @Override
        public Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
            return number;
        }
    }

    @Test
    void proxyOfAnInterfaceThatIsNotPublic_travels() throws Exception {
        Hidden hidden = (Hidden)
                Proxy.newProxyInstance(Hidden.class.getClassLoader(), new Class<?>[] {Hidden.class}, new Answer(5));
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(6, pool.submit(() -> hidden.number() + 1).result(Delays.large()));
        }
    }

    @Test
    void exitHook_mayNeedMoreClasses() throws Exception {
        InMemory context = InMemory.of(
                directory,
                HELPER,
                "class Leaver { public static Action make() { return () -> System.out.println(new Helper().text(9)); } }");
        try (Captured printed = new Captured()) {
            Action leaver = (Action) context.made("Leaver");
            try (ProcessPoolExecutor pool = context.asContext(() ->
                    ProcessPoolExecutor.builder().maxWorkers(1).exitHook(leaver).build())) {
                assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
            }
            printed.awaitOut("sum 9");
        }
    }
}
