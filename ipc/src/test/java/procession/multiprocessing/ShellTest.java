// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** The JDK's shell, whose snippets are classes in memory, runs them in workers. */
@ExtendWith(LeakCheck.class)
class ShellTest {
    @TempDir
    Path directory;

    @Test
    void snippets_runInWorkers() throws Exception {
        Path script = directory.resolve("script.jsh");
        Files.write(
                script,
                List.of(
                        "import procession.futures.*;",
                        "import procession.multiprocessing.ProcessPoolExecutor;",
                        "record Point(int x, int y) implements java.io.Serializable {}",
                        "int twice(int number) { return 2 * number; }",
                        "var pool = new ProcessPoolExecutor(1);",
                        "int base = 20;",
                        "Task<Integer> withALocal(int base) { return () -> twice(base) + 2; }",
                        "System.out.println(\"method \" + pool.submit(withALocal(base)).result());",
                        "System.out.println(\"record \" + pool.submit(() -> new Point(1, twice(2))).result());",
                        "System.out.println(\"field \" + pool.submit(() -> base).result());",
                        "int thrice(int number) { return 3 * number; }",
                        "System.out.println(\"later \" + pool.submit(() -> thrice(3)).result());",
                        "System.out.println(\"mapped \" + pool.map(point -> point.x() + point.y(),"
                                + " List.of(new Point(1, 2))).toList());",
                        "pool.close();",
                        "System.out.println(\"end\");",
                        "/exit"));
        String classPath =
                LaunchTest.library().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child shell = processes.start(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "jshell").toString(),
                    "-J-XX:-UsePerfData",
                    "-J-Djava.util.prefs.userRoot=" + directory,
                    "-R-XX:-UsePerfData",
                    "--class-path",
                    classPath,
                    script.toString()));
            assertEquals(0, shell.exitCode(), () -> shell.output() + shell.errors());
            String said = shell.output();
            for (String line :
                    List.of("method 42", "record Point[x=1, y=4]", "field 0", "later 9", "mapped [3]", "end")) {
                assertTrue(said.lines().anyMatch(line::equals), () -> line + " in " + said + shell.errors());
            }
        }
    }
}
