// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public API of a module as text, one line for each type and each public or protected member, in a stable order. The
 * hidden superclasses of a public type are shown with it.
 * The text is kept in a golden file, so that every change of the API is a line in a commit.
 */
public final class PublicApi {

    private PublicApi() {}

    /**
     * Compares a module's API with its golden file. With {@code -Dprocession.api.update=true} the file is written
     * instead.
     *
     * @param module the module
     * @throws AssertionError if they differ
     */
    public static void assertMatchesGolden(MavenModule module) {
        compare(module, Boolean.getBoolean("procession.api.update"));
    }

    static void compare(MavenModule module, boolean update) {
        String actual = render(module.classes());
        Path golden = module.goldenApi();
        try {
            if (update) {
                Files.createDirectories(golden.getParent());
                Files.writeString(golden, actual, StandardCharsets.UTF_8);
                return;
            }
            String expected = Files.exists(golden) ? Files.readString(golden, StandardCharsets.UTF_8) : "";
            if (!expected.equals(actual)) {
                throw new AssertionError("The public API differs from " + golden + ":\n" + difference(expected, actual)
                        + "If that is meant, run with -Dprocession.api.update=true and commit the file.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Renders the packages that a module exports to everybody.
     *
     * @param classes the module's directory of classes, which is also on the class path
     * @return the text; empty if there is no module descriptor
     */
    public static String render(Path classes) {
        Path descriptor = classes.resolve("module-info.class");
        if (!Files.exists(descriptor)) {
            return "";
        }
        try (InputStream input = Files.newInputStream(descriptor)) {
            ModuleDescriptor module = ModuleDescriptor.read(input);
            List<String> packages = module.exports().stream()
                    .filter(exported -> !exported.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .sorted()
                    .toList();
            var text = new StringBuilder("module " + module.name() + "\n");
            for (String name : packages) {
                text.append("\npackage ").append(name).append('\n');
                typesOf(classes, name).forEach(type -> render(type, text));
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Class<?>> typesOf(Path classes, String packageName) throws IOException {
        Path directory = classes.resolve(packageName.replace('.', '/'));
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name -> load(packageName + '.' + name.substring(0, name.length() - ".class".length())))
                    .filter(PublicApi::isVisible)
                    .flatMap(PublicApi::withHiddenSuperclasses)
                    .distinct()
                    .sorted(Comparator.comparing(Class::getName))
                    .collect(Collectors.toList());
        }
    }

    /** What a class that nobody sees declares as public is a part of each visible class that extends it. */
    private static Stream<Class<?>> withHiddenSuperclasses(Class<?> type) {
        var types = new ArrayList<Class<?>>(List.of(type));
        for (Class<?> c = type.getSuperclass(); c != null && !isVisible(c); c = c.getSuperclass()) {
            types.add(c);
        }
        return types.stream();
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublicApi.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("Not on the class path: " + name, e);
        }
    }

    private static boolean isVisible(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
            if (c.isAnonymousClass() || c.isLocalClass() || !isVisible(c.getModifiers())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static void render(Class<?> type, StringBuilder text) {
        text.append("  ").append(ApiSyntax.header(type)).append('\n');
        var members = new TreeSet<String>();
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field.getModifiers()) && !field.isSynthetic()) {
                members.add(ApiSyntax.field(field));
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers())
                    && !constructor.isSynthetic()
                    && !isCanonical(type, constructor)) {
                members.add(ApiSyntax.constructor(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isVisible(method.getModifiers()) && !method.isSynthetic() && !isGenerated(type, method)) {
                members.add(ApiSyntax.method(method));
            }
        }
        members.forEach(member -> text.append("    ").append(member).append('\n'));
    }

    /** What the compiler adds to every record and enum says nothing, and record components are in the header. */
    private static boolean isGenerated(Class<?> type, Executable method) {
        String name = method.getName();
        if (type.isEnum()) {
            return name.equals("values") || name.equals("valueOf");
        }
        if (type.isRecord()) {
            boolean accessor = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getAccessor)
                    .anyMatch(method::equals);
            return accessor || name.equals("toString") || name.equals("hashCode") || name.equals("equals");
        }
        return false;
    }

    private static boolean isCanonical(Class<?> type, Constructor<?> constructor) {
        return type.isRecord()
                && Arrays.equals(
                        constructor.getParameterTypes(),
                        Arrays.stream(type.getRecordComponents())
                                .map(RecordComponent::getType)
                                .toArray());
    }

    private static String difference(String expected, String actual) {
        List<String> before = expected.lines().toList();
        List<String> after = actual.lines().toList();
        var lines = new ArrayList<String>();
        before.stream().filter(line -> !after.contains(line)).forEach(line -> lines.add("- " + line));
        after.stream().filter(line -> !before.contains(line)).forEach(line -> lines.add("+ " + line));
        return String.join("\n", lines) + "\n";
    }
}
