// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A piece of code in the documentation.
 *
 * @param where the file and the number of the block's first line, {@code README.md:7}
 * @param line the number of that line
 * @param language what stands behind the fence, or {@code javadoc} for a block of a Java comment
 * @param lines the code
 * @param output what it is to print, where … stands for anything in a line; {@code null} if nothing is said about it
 */
record CodeBlock(
        String where,
        int line,
        String language,
        List<String> lines,
        @Nullable List<String> output) {
    private static final String FENCE = "```";
    private static final String JAVADOC_START = "<pre>{@code";
    private static final String JAVADOC_END = "}</pre>";

    String text() {
        return String.join("\n", lines);
    }

    /** Returns the fenced blocks of a Markdown file. A text block right behind a Java block is what that prints. */
    static List<CodeBlock> inMarkdown(Path root, Path file) {
        List<String> lines = read(file);
        List<CodeBlock> blocks = new ArrayList<>();
        int endOfLast = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith(FENCE)) {
                continue;
            }
            String language = lines.get(i).substring(FENCE.length()).strip();
            int end = i + 1;
            while (!lines.get(end).strip().equals(FENCE)) {
                end++;
            }
            List<String> text = lines.subList(i + 1, end);
            boolean follows =
                    endOfLast >= 0 && lines.subList(endOfLast + 1, i).stream().allMatch(String::isBlank);
            CodeBlock last = blocks.isEmpty() ? null : blocks.get(blocks.size() - 1);
            if (language.equals("text") && follows && last != null && last.language.equals("java")) {
                blocks.set(blocks.size() - 1, new CodeBlock(last.where, last.line, last.language, last.lines, text));
            } else {
                blocks.add(new CodeBlock(where(root, file, i + 2), i + 2, language, text, null));
            }
            endOfLast = end;
            i = end;
        }
        return blocks;
    }

    /** Returns the code blocks in the Java comments of a source file. */
    static List<CodeBlock> inJavadoc(Path root, Path file) {
        List<String> lines = read(file);
        List<CodeBlock> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).contains(JAVADOC_START)) {
                continue;
            }
            int start = i + 1;
            List<String> text = new ArrayList<>();
            for (i = start; !lines.get(i).contains(JAVADOC_END); i++) {
                text.add(lines.get(i).replaceFirst("^\\s*\\* ?", ""));
            }
            blocks.add(new CodeBlock(where(root, file, start + 1), start + 1, "javadoc", List.copyOf(text), null));
        }
        return blocks;
    }

    /** Returns the files below {@code directory} whose names end in {@code suffix}, in a fixed order. */
    static List<Path> files(Path directory, String suffix) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String where(Path root, Path file, int line) {
        return root.relativize(file) + ":" + line;
    }
}
