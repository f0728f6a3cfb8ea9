// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The public top-level types of Procession, found in its sources. */
final class PublicTypes {
    private static final List<String> MODULES = List.of("core", "ipc");
    private static final Pattern PUBLIC =
            Pattern.compile("^public (?:\\w+ )*(?:class|interface|record|enum|@interface) \\w+.*");

    private PublicTypes() {}

    /** Returns the qualified names of the types; of two with one simple name only the first can be imported. */
    static List<String> importable(Path root) {
        List<String> types = new ArrayList<>();
        Set<String> simpleNames = new HashSet<>();
        for (String module : MODULES) {
            Path sources = root.resolve(module).resolve("src/main/java");
            for (Path file : CodeBlock.files(sources, ".java")) {
                String path = sources.relativize(file).toString();
                String name = path.substring(0, path.length() - ".java".length())
                        .replace(file.getFileSystem().getSeparator(), ".");
                boolean isPublic = !name.contains(".internal.")
                        && CodeBlock.read(file).stream()
                                .anyMatch(line -> PUBLIC.matcher(line).matches());
                if (isPublic && simpleNames.add(name.substring(name.lastIndexOf('.') + 1))) {
                    types.add(name);
                }
            }
        }
        return types;
    }
}
