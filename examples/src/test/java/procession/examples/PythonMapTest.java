// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.MavenModule;

/** Looks up each Java name of the map from Python's names to ours. */
class PythonMapTest {
    private static final Path ROOT =
            MavenModule.current().base().toAbsolutePath().resolve("..").normalize();
    private static final Path MAP = ROOT.resolve("docs/python-map.md");
    private static final List<String> JDK_PACKAGES =
            List.of("java.lang", "java.time", "java.util", "java.util.concurrent", "java.util.concurrent.locks");
    private static final Pattern ROW = Pattern.compile("^\\|(.*)\\|(.*)\\|$");
    private static final Pattern DOT = Pattern.compile("[.]");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern JAVA_NAME =
            Pattern.compile("(new )?((?:[a-z]+\\.)*[A-Z]\\w*(?:\\.[A-Z][a-z]\\w*)*)(?:\\.(\\w+))?(?:\\(([^)]*)\\))?");

    /** What Python 3.14 documents, by module. A member is looked for in a row that names its class, too. */
    private static final String PYTHON_NAMES = """
            threading: active_count current_thread excepthook __excepthook__ get_ident get_native_id
            threading: enumerate main_thread settrace settrace_all_threads gettrace setprofile
            threading: setprofile_all_threads getprofile stack_size TIMEOUT_MAX local ThreadError
            threading: BrokenBarrierError
            threading: Thread Thread.start Thread.run Thread.join Thread.name Thread.getName
            threading: Thread.setName Thread.ident Thread.native_id Thread.is_alive Thread.daemon
            threading: Thread.isDaemon Thread.setDaemon Thread.context
            threading: Lock Lock.acquire Lock.release Lock.locked RLock RLock.acquire RLock.release
            threading: RLock.locked
            threading: Condition Condition.acquire Condition.release Condition.locked Condition.wait
            threading: Condition.wait_for Condition.notify Condition.notify_all
            threading: Semaphore Semaphore.acquire Semaphore.release BoundedSemaphore
            threading: BoundedSemaphore.acquire BoundedSemaphore.release
            threading: Event Event.is_set Event.set Event.clear Event.wait Timer Timer.cancel
            threading: Barrier Barrier.wait Barrier.reset Barrier.abort Barrier.parties
            threading: Barrier.n_waiting Barrier.broken
            queue: Queue LifoQueue PriorityQueue SimpleQueue Empty Full ShutDown
            queue: Queue.qsize Queue.empty Queue.full Queue.put Queue.put_nowait Queue.get
            queue: Queue.get_nowait Queue.task_done Queue.join Queue.shutdown
            queue: SimpleQueue.qsize SimpleQueue.empty SimpleQueue.put SimpleQueue.put_nowait
            queue: SimpleQueue.get SimpleQueue.get_nowait
            concurrent.futures: Executor Executor.submit Executor.map Executor.shutdown ThreadPoolExecutor
            concurrent.futures: InterpreterPoolExecutor ExecutionFailed ProcessPoolExecutor terminate_workers
            concurrent.futures: kill_workers
            concurrent.futures: max_workers thread_name_prefix initializer initargs mp_context
            concurrent.futures: max_tasks_per_child timeout chunksize buffersize cancel_futures return_when
            concurrent.futures: Future Future.cancel Future.cancelled Future.running Future.done Future.result
            concurrent.futures: Future.exception Future.add_done_callback Future.set_running_or_notify_cancel
            concurrent.futures: Future.set_result Future.set_exception
            concurrent.futures: wait as_completed FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED CancelledError
            concurrent.futures: TimeoutError BrokenExecutor InvalidStateError BrokenThreadPool
            concurrent.futures: BrokenInterpreterPool BrokenProcessPool
            """;

    @Test
    void everyPythonName_isThere() {
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (String line : PYTHON_NAMES.lines().toList()) {
            String module = line.substring(0, line.indexOf(':'));
            List<String> rows = rowsOf(module);
            for (String name : List.of(line.substring(module.length() + 2).split(" "))) {
                List<Pattern> words = DOT.splitAsStream(name)
                        .map(word -> Pattern.compile("(?<!\\w)" + word + "(?!\\w)"))
                        .toList();
                if (rows.stream()
                        .anyMatch(row -> words.stream()
                                .allMatch(word -> word.matcher(row).find()))) {
                    found++;
                } else {
                    missing.add(module + "." + name);
                }
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(found > 100, "looked up only " + found);
    }

    /** Returns the left column of a section's table, of which only what is code counts. */
    private static List<String> rowsOf(String section) {
        return CodeBlock.read(MAP).stream()
                .dropWhile(line -> !line.equals("## " + section))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> CODE.matcher(row.group(1))
                        .results()
                        .map(code -> code.group(1))
                        .collect(Collectors.joining(" ")))
                .toList();
    }

    @Test
    void everyJavaName_exists() {
        List<String> missing = new ArrayList<>();
        int found = 0;
        List<String> lines = CodeBlock.read(MAP);
        for (int i = 0; i < lines.size(); i++) {
            Matcher row = ROW.matcher(lines.get(i));
            if (!row.matches()) {
                continue;
            }
            Matcher code = CODE.matcher(row.group(2));
            while (code.find()) {
                if (!isProse(code.group(1))) {
                    String problem = problemWith(code.group(1));
                    if (problem == null) {
                        found++;
                    } else {
                        missing.add("docs/python-map.md:" + (i + 1) + ": " + code.group(1) + ": " + problem);
                    }
                }
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(found > 80, "looked up only " + found);
    }

    /** What is Java and no name. */
    private static boolean isProse(String code) {
        return code.equals("try") || code.equals("try (…)");
    }

    private static @Nullable String problemWith(String text) {
        Matcher name = JAVA_NAME.matcher(text);
        if (!name.matches()) {
            return "is no Java name that this test understands";
        }
        Class<?> type = typeNamed(name.group(2));
        if (type == null) {
            return "there is no such type";
        }
        String member = name.group(3);
        String parameters = name.group(4);
        if (name.group(1) != null) {
            return has(Arrays.stream(type.getConstructors()), parameters) ? null : "there is no such constructor";
        }
        if (member == null) {
            return null;
        }
        Stream<? extends Executable> methods = Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(member));
        boolean field = Arrays.stream(type.getFields()).map(Field::getName).anyMatch(member::equals);
        return has(methods, parameters) || field ? null : "there is no such member";
    }

    /** Each parameter is written as its type, if that is one, or else as any word. */
    private static boolean has(Stream<? extends Executable> candidates, @Nullable String parameters) {
        if (parameters == null) {
            return candidates.findAny().isPresent();
        }
        List<String> written = parameters.isEmpty() ? List.of() : List.of(parameters.split(", "));
        return candidates.anyMatch(candidate -> {
            Class<?>[] types = candidate.getParameterTypes();
            if (types.length != written.size()) {
                return false;
            }
            for (int i = 0; i < types.length; i++) {
                boolean isType = Character.isUpperCase(written.get(i).charAt(0));
                if (isType && !types[i].getSimpleName().equals(written.get(i))) {
                    return false;
                }
            }
            return true;
        });
    }

    private static @Nullable Class<?> typeNamed(String name) {
        List<String> candidates = new ArrayList<>();
        candidates.add(name);
        String outermost = name.substring(0, (name + '.').indexOf('.'));
        String nested = name.substring(outermost.length()).replace('.', '$');
        for (String ours : PublicTypes.importable(ROOT)) {
            if (ours.endsWith("." + outermost)) {
                candidates.add(ours + nested);
            }
        }
        JDK_PACKAGES.forEach(inPackage -> candidates.add(inPackage + "." + outermost + nested));
        for (String candidate : candidates) {
            try {
                return Class.forName(candidate);
            } catch (ClassNotFoundException next) {
                // tried elsewhere
            }
        }
        return null;
    }
}
