// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import procession.testing.Delays;
import procession.testing.Stacks;

/**
 * A code block as a program: compiled by itself, and run in this JVM. A block that is no whole class is put into one,
 * with the imports that a reader would supply.
 */
final class Snippet {
    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:public |final |abstract )*(?:class|record|interface|enum) (\\w+)");
    private static final Pattern MEMBER = Pattern.compile("(?m)^(?:public |private )?static .*\\{$");
    private static final Pattern MAIN = Pattern.compile("static void main\\(String\\[\\] \\w+\\)");
    private static final String NAME = "Snippet";

    /** What the examples in comments take for granted. */
    private static final String CONTEXT = """
            class Context {
                interface Job extends Runnable {}
                static int counter;
                static final String page = "page";
                static final procession.threading.Lock lock = new procession.threading.Lock();
                static final procession.queue.Queue<Job> queue = new procession.queue.Queue<>();
                static { // a queue with some work, and nobody who brings more
                    for (int i = 0; i < 3; i++) queue.putNowait(() -> counter++);
                    queue.shutdown();
                }
                static final List<Path> paths = List.of(Path.of("a"), Path.of("b"));
                static final java.util.concurrent.ExecutorService executor =
                        java.util.concurrent.Executors.newCachedThreadPool(work -> {
                            Thread thread = new Thread(work);
                            thread.setDaemon(true);
                            return thread;
                        });
                static void fetch(String what) {}
                static void process(Path file) {}
                static long fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
            }
            """;

    private final CodeBlock block;
    private final Path directory;
    private final List<String> imports;

    /**
     * Makes a program of a block.
     *
     * @param block the code
     * @param directory an empty directory for its classes
     * @param types the types that are imported unless it is a whole class
     */
    Snippet(CodeBlock block, Path directory, List<String> types) {
        this.block = block;
        this.directory = directory;
        imports = new ArrayList<>(List.of(
                "import java.nio.file.Path;",
                "import java.time.Duration;",
                "import java.util.*;",
                "import java.util.concurrent.BrokenBarrierException;",
                "import java.util.concurrent.TimeUnit;",
                "import java.util.stream.*;"));
        types.forEach(type -> imports.add("import " + type + ";"));
    }

    /** Compiles the code, runs it and compares its output with what the documentation says. */
    void check() throws IOException {
        String code = block.text();
        Matcher type = TYPE.matcher(code);
        String name = type.find() ? type.group(1) : NAME;
        compile(name, name.equals(NAME) ? wrapped(code) : code);
        String printed = MAIN.matcher(code).find() ? run(name, "main") : run(name, "snippet");
        compare(printed);
    }

    private String wrapped(String code) {
        StringBuilder source = new StringBuilder();
        StringBuilder body = new StringBuilder();
        imports.stream()
                .filter(line ->
                        block.lines().stream().noneMatch(own -> own.startsWith("import ") && sameName(own, line)))
                .forEach(line -> source.append(line).append('\n'));
        for (String line : block.lines()) {
            (line.startsWith("import ") ? source : body).append(line).append('\n');
        }
        source.append("public class " + NAME + " extends Context {\n");
        if (MEMBER.matcher(code).find()) {
            source.append(body);
        } else {
            source.append("public static void snippet() throws Exception {\n")
                    .append(body)
                    .append("}\n");
        }
        return source.append("}\n").append(CONTEXT).toString();
    }

    /** Whether two imports are of types of one simple name, so that there can be only one of them. */
    private static boolean sameName(String oneImport, String other) {
        return oneImport.substring(oneImport.lastIndexOf('.')).equals(other.substring(other.lastIndexOf('.')));
    }

    private void compile(String name, String source) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(name + ".java");
        Files.writeString(file, source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(found, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "--release",
                    "17",
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    "" + directory);
            boolean compiled = compiler.getTask(null, manager, found, options, null, manager.getJavaFileObjects(file))
                    .call();
            if (!compiled) {
                StringBuilder errors = new StringBuilder(block.where())
                        .append(" does not compile; what a comment takes for granted goes into Snippet.CONTEXT:");
                for (Diagnostic<?> error : found.getDiagnostics()) {
                    errors.append("\n  ").append(error);
                }
                throw new AssertionError(errors);
            }
        }
    }

    private String run(String name, String method) throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (URLClassLoader loader = new URLClassLoader(
                        new URL[] {directory.toUri().toURL()}, getClass().getClassLoader());
                PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            runInThread(loader, name, method);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private void runInThread(ClassLoader loader, String name, String method) {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> failure.set(failureOf(loader, name, method)), block.where());
        thread.setDaemon(true);
        // As for a program's main thread: here a pool finds the classes that its workers need.
        thread.setContextClassLoader(loader);
        thread.start();
        try {
            thread.join(Delays.large().toMillis());
        } catch (InterruptedException e) {
            throw new AssertionError(block.where() + " was interrupted", e);
        }
        if (thread.isAlive()) {
            throw new AssertionError(block.where() + " does not end\n" + Stacks.all());
        }
        if (failure.get() != null) {
            throw new AssertionError(block.where() + " threw " + failure.get(), failure.get());
        }
    }

    private static @Nullable Throwable failureOf(ClassLoader loader, String name, String method) {
        try {
            Class<?> type = loader.loadClass(name);
            if (method.equals("main")) {
                type.getMethod(method, String[].class).invoke(null, (Object) new String[0]);
            } else {
                type.getMethod(method).invoke(null);
            }
            return null;
        } catch (InvocationTargetException thrown) {
            return thrown.getCause();
        } catch (ReflectiveOperationException e) {
            return e;
        }
    }

    private void compare(String printed) {
        List<String> expected = block.output();
        if (expected == null) {
            return;
        }
        StringBuilder pattern = new StringBuilder();
        for (String line : expected) {
            // \Q quotes up to \E, and no line of the documentation has that
            pattern.append("\\Q").append(line.replace("…", "\\E.*\\Q")).append("\\E");
            pattern.append("\\R");
        }
        if (!Pattern.matches(pattern.toString(), printed)) {
            throw new AssertionError(
                    block.where() + " is to print\n" + String.join("\n", expected) + "\nand prints\n" + printed);
        }
    }
}
