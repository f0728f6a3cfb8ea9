// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** Programs in executable jars of Spring Boot, which are jars with jars in them, run their tasks in workers. */
@ExtendWith(LeakCheck.class)
class NestedJarsTest {
    private static final String MAIN = "class Main {"
            + " static String text() throws Exception {"
            + "   var loader = Thread.currentThread().getContextClassLoader();"
            + "   try (var in = loader.getResourceAsStream(\"user/text.txt\")) {"
            + "     var opened = Object.class.getModule().isOpen(\"java.util.zip\", Main.class.getModule());"
            + "     return new String(in.readAllBytes()) + \" opened \" + opened"
            + "         + \" of \" + com.google.common.base.Joiner.on('+').join(java.util.List.of(1, 2)); } }"
            + " public static void main(String[] arguments) throws Exception {"
            + "   int base = 40;"
            + "   try (var pool = new ProcessPoolExecutor(1)) {"
            + "     System.out.println(base + pool.submit(() -> base + 2).result());"
            + "     System.out.println(\"worker \" + pool.submit(Main::text).result());"
            + "     System.out.println(\"loader \" + pool.submit(() -> Main.class.getClassLoader().getClass().getSimpleName()).result());"
            + "     System.out.println(\"nested \" + pool.submit(() -> {"
            + "       try (var inner = new ProcessPoolExecutor(1)) { return inner.submit(Main::text).result(); } }).result());"
            + "     if (arguments.length > 0) {"
            + "       System.out.println(\"waits\"); pool.submit(() -> Thread.sleep(1_000_000)).result(); }"
            + "   }"
            + "   System.out.println(\"end\"); } }";

    private static final String TEXT = "hello opened true of 1+2";

    @TempDir
    Path directory;

    /** What kinds of executable archives there are. */
    enum Kind {
        BOOT(
                "spring-boot-loader-3",
                "org.springframework.boot.loader.launch.JarLauncher",
                "BOOT-INF",
                "LaunchedClassLoader"),
        CLASSIC_BOOT(
                "spring-boot-loader-classic-",
                "org.springframework.boot.loader.JarLauncher",
                "BOOT-INF",
                "LaunchedURLClassLoader"),
        WAR("spring-boot-loader-3", "org.springframework.boot.loader.launch.WarLauncher", "WEB-INF", "PeerClassLoader"),
        CLASSIC_WAR(
                "spring-boot-loader-classic-",
                "org.springframework.boot.loader.WarLauncher",
                "WEB-INF",
                "PeerClassLoader");

        final String artifact;
        final String launcher;
        final String root;

        /** In whose classes the worker's tasks are. */
        final String loader;

        Kind(String artifact, String launcher, String root, String loader) {
            this.artifact = artifact;
            this.launcher = launcher;
            this.root = root;
            this.loader = loader;
        }
    }

    private Path build(Kind kind) throws IOException {
        Path jar = directory.resolve("the app of " + kind + ".jar");
        Manifest manifest = new Manifest();
        Map.of(
                        "Manifest-Version",
                        "1.0",
                        "Main-Class",
                        kind.launcher,
                        "Start-Class",
                        "user.Main",
                        "Spring-Boot-Classes",
                        kind.root + "/classes/",
                        "Spring-Boot-Lib",
                        kind.root + "/lib/",
                        "Add-Opens",
                        "java.base/java.util.zip java.base/java.util.jar")
                .forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            addLauncher(kind.artifact, out);
            for (String each : List.of("/", "/classes/", "/lib/")) {
                put(kind.root + each, new byte[0], out);
            }
            for (Path type : InMemory.compile(directory, MAIN)) {
                put(kind.root + "/classes/user/" + type.getFileName(), Files.readAllBytes(type), out);
            }
            put(kind.root + "/classes/user/text.txt", "hello".getBytes(StandardCharsets.UTF_8), out);
            int number = 0;
            for (Path entry : LaunchTest.library()) {
                byte[] bytes = Files.isDirectory(entry) ? packed(entry) : Files.readAllBytes(entry);
                putStored(kind.root + "/lib/" + ++number + ".jar", bytes, out);
            }
        }
        return jar;
    }

    private static void addLauncher(String artifact, ZipOutputStream out) throws IOException {
        Path loader = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(entry -> entry.getFileName().toString().startsWith(artifact))
                .findFirst()
                .orElseThrow();
        try (ZipFile zip = new ZipFile(loader.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                if (entry.getName().startsWith("org/") && !entry.isDirectory()) {
                    put(entry.getName(), zip.getInputStream(entry).readAllBytes(), out);
                }
            }
        }
    }

    private static void put(String name, byte[] bytes, ZipOutputStream out) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(bytes);
    }

    /** Boot reads nested jars in place, so they must not be compressed again. */
    private static void putStored(String name, byte[] bytes, ZipOutputStream out) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 sum = new CRC32();
        sum.update(bytes);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        out.putNextEntry(entry);
        out.write(bytes);
    }

    private static byte[] packed(Path classes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                put(
                        classes.relativize(file).toString().replace(File.separatorChar, '/'),
                        Files.readAllBytes(file),
                        out);
            }
        }
        return bytes.toByteArray();
    }

    private ProcessHarness.Child start(Path jar, Path temporary, ProcessHarness processes, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                jar.toString()));
        command.addAll(List.of(arguments));
        return processes.start(command);
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void tasks_runInWorkersAndInTheirWorkers(Kind kind) throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t"));
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child program = start(build(kind), temporary, processes);
            assertEquals(0, program.exitCode(), () -> program.output() + program.errors());
            assertEquals(
                    List.of("82", "worker " + TEXT, "loader " + kind.loader, "nested " + TEXT, "end"),
                    program.output().lines().toList(),
                    program::errors);
            assertEquals(List.of(), filesIn(temporary));
        }
    }

    @Test
    void unpackedJars_ofAKilledProgram_areRemovedByItsWorkers() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t"));
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child program = start(build(Kind.WAR), temporary, processes, "wait");
            program.awaitOutput("waits");
            assertTrue(
                    filesIn(temporary).stream()
                            .anyMatch(file -> file.getFileName().toString().contains("code")),
                    () -> "nothing was unpacked");
            program.kill();
            Await.until(
                    "nothing to be left over",
                    Delays.large(),
                    () -> filesIn(temporary).isEmpty());
        }
    }
}
