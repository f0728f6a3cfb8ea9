// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceRulesTest {

    private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0\n";

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HEAD.getAcquire(this);",
                "HEAD.setRelease(this, 1);",
                "HEAD.getOpaque(this);",
                "HEAD.weakCompareAndSetPlain(this, 1, 2);",
                "VarHandle.releaseFence();",
                "counter.lazySet(1);"
            })
    void weakAccess_withoutItsPartner_isFound(String line) throws IOException {
        write("A.java", LICENCE + line + "\n\n\n\n// pairs with something too far away\n");
        assertEquals(1, SourceRules.violations(directory).size());
    }

    @Test
    void weakAccess_withItsPartner_passes() throws IOException {
        write("A.java", LICENCE + "// pairs with setRelease in put()\nHEAD.getAcquire(this);\n");
        assertEquals(List.of(), SourceRules.violations(directory));
    }

    @Test
    void weakAccess_inAComment_passes() throws IOException {
        write("A.java", LICENCE + "// HEAD.getAcquire(this)\n * HEAD.setRelease(x)\n");
        assertEquals(List.of(), SourceRules.violations(directory));
    }

    @Test
    void openPoint_withoutAnIssue_isFound() throws IOException {
        write("A.java", LICENCE + "// TO" + "DO later\n// TO" + "DO #12 later\n");
        assertEquals(1, SourceRules.violations(directory).size());
    }

    @Test
    void longFile_isFound() throws IOException {
        write("A.java", LICENCE + "\n".repeat(800));
        assertTrue(SourceRules.violations(directory).get(0).contains("800 lines"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"QueueUtils.java", "LockHelper.java", "QueueImpl2.java"})
    void name_thatSaysNothing_isFound(String name) throws IOException {
        write(name, LICENCE);
        assertEquals(1, SourceRules.violations(directory).size());
    }

    @Test
    void licenceLine_missing_isFound() throws IOException {
        write("package-info.java", "package a;\n");
        assertEquals(1, SourceRules.violations(directory).size());
    }

    @Test
    void directory_thatDoesNotExist_hasNoViolations() {
        assertEquals(List.of(), SourceRules.violations(directory.resolve("none")));
    }

    @Test
    void ourOwnSources_keepTheRules() {
        assertEquals(List.of(), SourceRules.violations(MavenModule.current().sources()));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }
}
