// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Rules that only the source text shows: what an access weaker than volatile pairs with, which issue an open point
 * belongs to, how long a file is, what it is called, and that its licence line is there.
 */
public final class SourceRules {

    private static final int MAX_LINES = 800;
    private static final int NEAR = 3;
    private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0";

    private static final Pattern WEAK = Pattern.compile("\\.(get(Opaque|Acquire|Plain)|set(Opaque|Release|Plain)"
            + "|weakCompareAndSet\\w*|compareAndExchange(Acquire|Release)|getAnd\\w+(Acquire|Release)"
            + "|(full|acquire|release|loadLoad|storeStore)Fence|lazySet)\\s*\\(");
    // In two parts, so that this line does not break its own rule.
    private static final Pattern OPEN_POINT = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
    private static final Pattern ISSUE = Pattern.compile("#\\d+");
    private static final Pattern BAD_NAME = Pattern.compile("(Utils?|Helpers?|Impl2)\\.java");

    private SourceRules() {}

    /**
     * Checks all Java files below a directory.
     *
     * @param directory the root of a source tree; it need not exist
     * @return a line for each violation, {@code file:line: what}; empty if all is well
     */
    public static List<String> violations(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        var found = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                check(file, Files.readAllLines(file, StandardCharsets.UTF_8), found);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static void check(Path file, List<String> lines, List<String> found) {
        if (BAD_NAME.matcher(file.toString()).find()) {
            found.add(file + ":1: says nothing about what it is; name it after its algorithm or its role");
        }
        if (lines.size() > MAX_LINES) {
            found.add(file + ":" + lines.size() + ": more than " + MAX_LINES + " lines");
        }
        if (lines.isEmpty() || !lines.get(0).equals(LICENCE)) {
            found.add(file + ":1: the first line is not " + LICENCE);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!isComment(line) && WEAK.matcher(line).find() && !pairNamed(lines, i)) {
                found.add(file + ":" + (i + 1) + ": weaker than volatile, and no \"pairs with\" within 3 lines");
            }
            if (OPEN_POINT.matcher(line).find() && !ISSUE.matcher(line).find()) {
                found.add(file + ":" + (i + 1) + ": an open point without the number of its issue");
            }
        }
    }

    private static boolean isComment(String line) {
        String text = line.strip();
        return text.startsWith("*") || text.startsWith("//") || text.startsWith("/*");
    }

    private static boolean pairNamed(List<String> lines, int index) {
        int end = Math.min(lines.size(), index + NEAR + 1);
        return lines.subList(Math.max(0, index - NEAR), end).stream().anyMatch(line -> line.contains("pairs with"));
    }
}
