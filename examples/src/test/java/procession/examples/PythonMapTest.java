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
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern JAVA_NAME =
            Pattern.compile("(new )?((?:[a-z]+\\.)*[A-Z]\\w*(?:\\.[A-Z][a-z]\\w*)*)(?:\\.(\\w+))?(?:\\(([^)]*)\\))?");

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
