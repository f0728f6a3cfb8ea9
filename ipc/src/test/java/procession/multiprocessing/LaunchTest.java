// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Future;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** Programs of every make start workers that have their classes, and only what they should have of the rest. */
@ExtendWith(LeakCheck.class)
class LaunchTest {
    @TempDir
    Path directory;

    /** Prints what a worker says about itself. */
    static final class Asker {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                    .maxWorkers(1)
                    .jvmOptions(arguments)
                    .build()) {
                pool.submit(Asker::describe).result(Delays.large()).forEach(System.out::println);
            }
        }

        private static List<String> describe() {
            List<String> lines = new ArrayList<>();
            for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
                lines.add("argument " + argument);
            }
            System.getenv().keySet().forEach(name -> lines.add("variable " + name));
            lines.add("given " + System.getProperty("given"));
            lines.add("odd " + System.getProperty("odd"));
            lines.add("assertions " + Asker.class.desiredAssertionStatus());
            URL resource = ClassLoader.getSystemResource("only-there.txt");
            lines.add("resource " + (resource != null));
            lines.add("processors " + Runtime.getRuntime().availableProcessors());
            lines.add("end");
            return lines;
        }
    }

    private static List<String> lines(ProcessHarness.Child child) {
        assertEquals(0, child.exitCode(), () -> child.output() + child.errors());
        List<String> lines = child.output().lines().toList();
        assertTrue(lines.contains("end"), child::output);
        return lines;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    @Test
    void options_ofTheParent_areTakenOverByKind() {
        try (ProcessHarness processes = new ProcessHarness()) {
            List<String> said = lines(processes.start(List.of(
                    "env",
                    "JAVA_TOOL_OPTIONS=-Xms21m",
                    "JDK_JAVA_OPTIONS=-Xms22m",
                    "KEPT=1",
                    java(),
                    "-XX:-UsePerfData",
                    "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n",
                    "-Dcom.sun.management.jmxremote.port=0",
                    "-Dcom.sun.management.jmxremote.authenticate=false",
                    "-Dcom.sun.management.jmxremote.ssl=false",
                    "-Xmx200m",
                    "-Dgiven=two words",
                    "-ea",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Asker.class.getName(),
                    "-Xmx123m")));
            assertTrue(said.contains("given two words"), said::toString);
            assertTrue(said.contains("assertions true"), said::toString);
            assertTrue(said.contains("argument -XX:-UsePerfData"), said::toString);
            assertTrue(said.contains("argument -XX:+ExitOnOutOfMemoryError"), said::toString);
            assertTrue(said.contains("argument -Xmx123m"), said::toString);
            assertTrue(said.contains("variable KEPT"), said::toString);
            for (String unwanted : List.of(
                    "argument -agentlib", "jmxremote", "-Xmx200m", "-Xms", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
                assertTrue(said.stream().noneMatch(line -> line.contains(unwanted)), () -> unwanted + " in " + said);
            }
        }
    }

    /** In the syntax of the launcher's argument files. */
    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n";
    }

    @Test
    void classPath_longAndOddlyNamed_isTheWorkersToo() throws Exception {
        Path odd = Files.createDirectory(directory.resolve("an \"odd\" \\name 'of' a #directory"));
        Files.writeString(odd.resolve("only-there.txt"), "there");
        StringBuilder classPath = new StringBuilder(System.getProperty("java.class.path"));
        for (int i = 0; classPath.length() < 250_000; i++) {
            classPath.append(File.pathSeparator).append(directory.resolve("an entry of a very long class path " + i));
        }
        classPath.append(File.pathSeparator).append(odd);
        Path arguments = directory.resolve("arguments");
        Files.writeString(arguments, quoted("-XX:-UsePerfData") + quoted("-cp") + quoted(classPath.toString()));
        try (ProcessHarness processes = new ProcessHarness()) {
            List<String> said = lines(processes.start(
                    List.of(java(), "@" + arguments, Asker.class.getName(), "-Dodd= a \"b\" \\c 'd' #e ")));
            assertTrue(said.contains("resource true"), said::toString);
            assertTrue(said.contains("odd  a \"b\" \\c 'd' #e "), said::toString);
        }
    }

    @Test
    void temporaryDirectory_tooLongForASocket_isReplaced() throws Exception {
        Path deep = Files.createDirectories(directory.resolve("d".repeat(100)).resolve("e".repeat(100)));
        try (ProcessHarness processes = new ProcessHarness()) {
            lines(processes.java(Asker.class, List.of("-Djava.io.tmpdir=" + deep)));
        }
    }

    @Test
    void jvmOption_thatTheJvmRefuses_breaksThePool() throws Exception {
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                        .maxWorkers(2)
                        .jvmOptions("-XX:+NoSuchFlag")
                        .build();
                Captured printed = new Captured()) {
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                futures.add(pool.submit(() -> 1));
            }
            for (Future<Integer> future : futures) {
                Throwable failure =
                        assertInstanceOf(BrokenProcessPoolException.class, future.exception(Delays.large()));
                assertTrue(String.valueOf(failure.getMessage()).contains("Unrecognized VM option 'NoSuchFlag'"));
            }
            BrokenProcessPoolException refused =
                    assertThrows(BrokenProcessPoolException.class, () -> pool.submit(() -> 1));
            assertTrue(String.valueOf(refused.getMessage()).contains("NoSuchFlag"), refused::getMessage);
            assertThrows(BrokenProcessPoolException.class, () -> pool.map(item -> item, List.of(1)));
            printed.awaitErr("NoSuchFlag");
        }
    }

    /** What would have to remove it, comes later in the life of a JVM. */
    @Test
    void optionsInAFile_areRemoved_whenTheJvmEndsBeforeItsMain() throws Exception {
        String[] options = {"-Dlong=" + "x".repeat(20_000), "-XX:+NoSuchFlag"};
        Set<String> before = LeakCheck.snapshot();
        try (Captured printed = new Captured()) {
            assertEquals(
                    1,
                    Children.run(Process.builder(() -> {}).jvmOptions(options).build()));
            try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                    .maxWorkers(1)
                    .jvmOptions(options)
                    .build()) {
                assertInstanceOf(
                        BrokenProcessPoolException.class, pool.submit(() -> 1).exception(Delays.large()));
            }
            printed.awaitErr("NoSuchFlag");
        }
        LeakCheck.assertNothingNew(before);
    }

    private static void refuse() throws IOException {
        throw new IOException("not in this worker");
    }

    @Test
    void initializer_thatThrows_breaksThePoolAfterABoundedNumberOfTries() throws Exception {
        Mark tries = new Mark(directory, "tries");
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    tries.addPid();
                    refuse();
                })
                .build()) {
            Future<Integer> future = pool.submit(() -> 1);
            Throwable failure = assertInstanceOf(BrokenProcessPoolException.class, future.exception(Delays.large()));
            String message = String.valueOf(failure.getMessage());
            assertTrue(message.contains("java.io.IOException: not in this worker"), message);
            assertTrue(message.contains("refuse"), message);
            assertThrows(BrokenProcessPoolException.class, () -> pool.submit(() -> 1));
            assertEquals(3, tries.lines().size());
        }
    }

    @Test
    void initializer_runsOnceInEachWorker() throws Exception {
        Mark runs = new Mark(directory, "runs");
        Mark met = new Mark(directory, "met");
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(2)
                .initializer(runs::addPid)
                .build()) {
            for (int round = 1; round <= 2; round++) {
                int lines = 2 * round;
                List<Future<?>> futures = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    futures.add(pool.submit(() -> {
                        met.addPid();
                        while (met.lines().size() < lines) {
                            Thread.onSpinWait();
                        }
                    }));
                }
                for (Future<?> future : futures) {
                    future.result(Delays.large());
                }
            }
        }
        assertEquals(2, runs.lines().size());
        assertEquals(new HashSet<>(met.lines()), new HashSet<>(runs.lines()));
    }

    // ---- programs of other makes ----

    /** The jars and directories of main classes that a user's program would have. */
    static List<Path> library() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(entry -> isOurs(entry)
                        || Stream.of("guava-", "failureaccess-", "jspecify-", "error_prone_annotations-")
                                .anyMatch(name -> entry.getFileName().toString().startsWith(name)))
                .toList();
    }

    /** Modules of this build are directories until they are packaged, and jars from then on. */
    private static boolean isOurs(Path entry) {
        String name = entry.getFileName().toString();
        return Files.exists(entry.resolve("module-info.class"))
                || (name.matches("procession-(core|ipc)-.*\\.jar") && !name.endsWith("-tests.jar"));
    }

    private static String path(List<Path> entries) {
        return String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
    }

    private Path compile(String module, boolean onModulePath) throws IOException {
        Path sources = directory.resolve("sources");
        Path classes = directory.resolve("classes");
        Files.createDirectories(sources.resolve("user"));
        Files.writeString(
                sources.resolve("user").resolve("Main.java"),
                "package user; import procession.multiprocessing.ProcessPoolExecutor;"
                        + " public class Main { public static void main(String[] arguments) throws Exception {"
                        + " int base = 40; try (var pool = new ProcessPoolExecutor(2)) {"
                        + " System.out.println(pool.submit(() -> base + 2 + Main.class.getModule().toString()"
                        + ".replaceAll(\"@.*\", \"\")).result());"
                        + " System.out.println(\"end\"); } } }");
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-d",
                classes.toString(),
                onModulePath ? "--module-path" : "-cp",
                path(library()),
                sources.resolve("user").resolve("Main.java").toString()));
        if (!module.isEmpty()) {
            Files.writeString(sources.resolve("module-info.java"), module);
            arguments.add(sources.resolve("module-info.java").toString());
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
        return classes;
    }

    @Test
    void program_onTheModulePath_runsALambdaInAWorker() throws Exception {
        Path classes = compile("module user { requires procession.ipc; }", true);
        List<Path> modulePath = new ArrayList<>(library());
        modulePath.add(classes);
        try (ProcessHarness processes = new ProcessHarness()) {
            List<String> said = lines(processes.start(
                    List.of(java(), "-XX:-UsePerfData", "--module-path", path(modulePath), "-m", "user/user.Main")));
            assertTrue(said.contains("42module user"), said::toString);
        }
    }

    /** One jar with everything in it, as shade plugins make it. */
    private Path shade(List<Path> entries) throws IOException {
        Path jar = directory.resolve("all in one.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "user.Main");
        Set<String> names = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry)) {
                    addDirectory(entry, out, names);
                } else {
                    addJar(entry, out, names);
                }
            }
        }
        return jar;
    }

    private static boolean belongs(String name, Set<String> names) {
        return name.endsWith(".class") && !name.endsWith("module-info.class") && names.add(name);
    }

    private static void addDirectory(Path directory, JarOutputStream out, Set<String> names) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                if (belongs(name, names)) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(file, out);
                }
            }
        }
    }

    private static void addJar(Path jar, JarOutputStream out, Set<String> names) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                if (belongs(entry.getName(), names)) {
                    out.putNextEntry(new ZipEntry(entry.getName()));
                    zip.getInputStream(entry).transferTo(out);
                }
            }
        }
    }

    @Test
    void program_inOneJar_runsALambdaInAWorker() throws Exception {
        List<Path> everything = new ArrayList<>(library());
        everything.add(compile("", false));
        Path jar = shade(everything);
        try (ProcessHarness processes = new ProcessHarness()) {
            List<String> said = lines(processes.start(List.of(java(), "-XX:-UsePerfData", "-jar", jar.toString())));
            assertTrue(said.stream().anyMatch(line -> line.startsWith("42unnamed module")), said::toString);
        }
    }

    /** Runs a main class in a class loader of its own, on a thread of its own, as {@code exec:java} does. */
    static final class Isolator {
        public static void main(String[] arguments) throws Exception {
            List<URL> urls = new ArrayList<>();
            for (String entry : arguments[0].split(File.pathSeparator, -1)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Thread main = new Thread(() -> {
                try {
                    loader.loadClass("user.Main")
                            .getMethod("main", String[].class)
                            .invoke(null, (Object) new String[0]);
                } catch (ReflectiveOperationException failure) {
                    throw new IllegalStateException(failure);
                }
            });
            main.setContextClassLoader(loader);
            main.start();
            main.join();
        }
    }

    @Test
    void program_inAClassLoaderOfItsOwn_runsALambdaInAWorker() throws Exception {
        List<Path> everything = new ArrayList<>(library());
        everything.add(compile("", false));
        String own = Path.of(LaunchTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        try (ProcessHarness processes = new ProcessHarness()) {
            List<String> said = lines(processes.start(
                    List.of(java(), "-XX:-UsePerfData", "-cp", own, Isolator.class.getName(), path(everything))));
            assertTrue(said.stream().anyMatch(line -> line.startsWith("42unnamed module")), said::toString);
        }
    }

    @Test
    void library_isWhatTheseTestsTakeItFor() {
        assertEquals(2, library().stream().filter(LaunchTest::isOurs).count(), () -> "core and ipc in " + library());
    }
}
