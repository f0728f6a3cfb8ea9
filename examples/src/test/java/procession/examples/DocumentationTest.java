// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import procession.multiprocessing.connection.Connections;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.MavenModule;

/** Does what the documentation says: runs its programs, knows its commands, finds its links. */
@ExtendWith({DocumentationTest.DoorbellFirst.class, LeakCheck.class})
class DocumentationTest {
    /** Waits for several things once, because a process keeps something of that, which is to be there before and after. */
    static final class DoorbellFirst implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) throws InterruptedException {
            assertEquals(List.of(), Connections.wait(List.of(new CompletableFuture<Void>()), Delays.brief()));
        }
    }

    private static final Path ROOT =
            MavenModule.current().base().toAbsolutePath().resolve("..").normalize();
    private static final Path CLASSES = MavenModule.current()
            .base()
            .toAbsolutePath()
            .normalize()
            .resolve("target")
            .resolve("documentation");
    private static final Path README = ROOT.resolve("README.md");
    private static final Set<String> LANGUAGES = Set.of("java", "python", "text", "shell", "sh", "xml", "json", "");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)[^):]*\\)");

    private static List<Path> markdown() {
        List<Path> files = new ArrayList<>(CodeBlock.files(ROOT.resolve("docs"), ".md"));
        for (String name : List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")) {
            files.add(ROOT.resolve(name));
        }
        return files;
    }

    private static List<CodeBlock> blocks(String language) {
        List<CodeBlock> blocks = new ArrayList<>();
        for (Path file : markdown()) {
            blocks.addAll(CodeBlock.inMarkdown(ROOT, file));
        }
        for (String module : List.of("core", "ipc")) {
            for (Path file : CodeBlock.files(ROOT.resolve(module).resolve("src/main/java"), ".java")) {
                blocks.addAll(CodeBlock.inJavadoc(ROOT, file));
            }
        }
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> javaBlocks_compileRunAndPrintWhatTheySay() {
        return programs("java");
    }

    @TestFactory
    Stream<DynamicTest> javadocBlocks_compileAndRun() {
        return programs("javadoc");
    }

    private static Stream<DynamicTest> programs(String language) {
        List<CodeBlock> blocks = blocks(language);
        assertTrue(blocks.size() > 3, "found only " + blocks);
        List<String> types = PublicTypes.importable(ROOT);
        return blocks.stream()
                .map(block -> DynamicTest.dynamicTest(block.where(), () -> {
                    Path classes = CLASSES.resolve(block.where().replaceAll("\\W", "-"));
                    new Snippet(block, emptied(classes), types).check();
                }));
    }

    private static Path emptied(Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (Path file : CodeBlock.files(directory, "")) {
                if (Files.isRegularFile(file)) {
                    Files.delete(file);
                }
            }
        }
        return directory;
    }

    @Test
    void everyBlock_isInALanguageThatIsCheckedOrMeantForReading() {
        List<String> strange = new ArrayList<>();
        for (Path file : markdown()) {
            for (CodeBlock block : CodeBlock.inMarkdown(ROOT, file)) {
                if (!LANGUAGES.contains(block.language())) {
                    strange.add(block.where() + ": " + block.language());
                }
            }
        }
        assertEquals(List.of(), strange);
    }

    @Test
    void links_leadToFilesThatAreThere() {
        List<String> broken = new ArrayList<>();
        for (Path file : markdown()) {
            List<String> lines = CodeBlock.read(file);
            for (int i = 0; i < lines.size(); i++) {
                Matcher link = LINK.matcher(lines.get(i));
                while (link.find()) {
                    if (!Files.exists(file.resolveSibling(link.group(1)))) {
                        broken.add(ROOT.relativize(file) + ":" + (i + 1) + ": " + link.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void readme_showsAProgramAtOnceAndIsShort() {
        CodeBlock first = CodeBlock.inMarkdown(ROOT, README).get(0);
        assertEquals("java", first.language(), first.where());
        assertTrue(first.line() <= 20, first.where());
        assertTrue(first.lines().size() <= 20, first.where());
        assertTrue(CodeBlock.read(README).size() <= 120, "README.md is longer than 120 lines");
    }

    @Test
    void readme_hasTheTwoCommandsThatTheBuildKnows() throws IOException {
        List<String> commands = CodeBlock.inMarkdown(ROOT, README).stream()
                .filter(block -> block.language().equals("shell"))
                .flatMap(block -> block.lines().stream())
                .toList();
        assertEquals(2, commands.size(), commands.toString());
        String pom = Files.readString(ROOT.resolve("examples/pom.xml"));
        assertTrue(pom.contains("\n      " + commands.get(0) + " runs the main job"), commands.get(0));
        String ci = Files.readString(ROOT.resolve(".ci/run"));
        assertTrue(ci.contains("\nexec " + commands.get(1) + " -ntp \"$@\"\n"), commands.get(1));
    }

    @Test
    void readme_namesTheVersionOfTheBuild() throws IOException {
        CodeBlock dependency = CodeBlock.inMarkdown(ROOT, README).stream()
                .filter(block -> block.language().equals("xml"))
                .findFirst()
                .orElseThrow();
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        for (String line : dependency.lines()) {
            if (line.contains("groupId") || line.contains("version")) {
                assertTrue(pom.contains(line.strip()), dependency.where() + ": " + line);
            }
        }
    }
}
