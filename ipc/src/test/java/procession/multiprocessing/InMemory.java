// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import procession.futures.Task;

/** A class loader whose classes are in no file, as compilers at run time, shells and templates have them. */
class InMemory extends ClassLoader {
    private final Map<String, byte[]> files = new HashMap<>();

    /** What it was asked for that its parent does not have. */
    final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

    InMemory() {
        super("in-memory", InMemory.class.getClassLoader());
    }

    /** Compiles types of the package {@code user}, given as {@code class Name ...}, into an empty directory. */
    static List<Path> compile(Path directory, String... types) throws IOException {
        Path sources = Files.createDirectories(directory.resolve("sources/user"));
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                directory.resolve("classes").toString()));
        for (String type : types) {
            String name = type.replaceFirst("(?s).*?(?:class|interface) (\\w+).*", "$1");
            Path file = sources.resolve(name + ".java");
            Files.writeString(
                    file,
                    "package user; import procession.futures.*; import procession.multiprocessing.*; " + "public "
                            + type);
            arguments.add(file.toString());
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
        try (Stream<Path> all = Files.walk(directory.resolve("classes"))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** Returns a loader of compiled types. */
    static InMemory of(Path directory, String... types) throws IOException {
        return new InMemory().with(directory, types);
    }

    InMemory with(Path directory, String... types) throws IOException {
        for (Path file : compile(directory, types)) {
            files.put("user/" + file.getFileName(), Files.readAllBytes(file));
        }
        return this;
    }

    InMemory with(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Calls the static method {@code make} of a type of the package {@code user}. */
    @SuppressWarnings("unchecked") // the caller wrote the method
    <T> Task<T> task(String type) throws ReflectiveOperationException {
        return (Task<T>) made(type);
    }

    Object made(String type) throws ReflectiveOperationException {
        return loadClass("user." + type).getMethod("make").invoke(null);
    }

    /** Runs something with this as the context class loader. */
    <T> T asContext(Callable<T> call) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        thread.setContextClassLoader(this);
        try {
            return call.call();
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = files.get(name.replace('.', '/') + ".class");
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        try (InputStream inherited = getParent().getResourceAsStream(name)) {
            if (inherited != null) {
                return new ByteArrayInputStream(inherited.readAllBytes());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        asked.add(name);
        byte[] bytes = files.get(name);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }
}
