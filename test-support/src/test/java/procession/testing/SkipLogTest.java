// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherConstants;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class SkipLogTest {

    @TempDir
    private Path directory = Path.of("");

    /** Not named like a test, so that the build does not run it by itself. */
    static final class Planted {
        @Test
        @Disabled("planted")
        void disabled_isSkipped() {}

        @Test
        void assumption_isAborted() {
            Assumptions.assumeTrue(false);
        }

        @Test
        void other_runs() {}
    }

    static final class Clean {
        @Test
        void test_runs() {}
    }

    @Test
    void write_namesSkippedAndAbortedTests() throws IOException {
        Path file = directory.resolve("skipped.txt");
        run(Planted.class).write(file);
        List<String> lines = Files.readAllLines(file);
        assertEquals(2, lines.size());
        assertTrue(lines.toString().contains("disabled_isSkipped"));
        assertTrue(lines.toString().contains("assumption_isAborted"));
    }

    @Test
    void write_whenNothingWasSkipped_removesTheFile() throws IOException {
        Path file = Files.createFile(directory.resolve("skipped.txt"));
        run(Clean.class).write(file);
        assertFalse(Files.exists(file));
    }

    private static SkipLog run(Class<?> type) {
        var log = new SkipLog();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(type))
                .configurationParameter(LauncherConstants.STACKTRACE_PRUNING_ENABLED_PROPERTY_NAME, "false")
                .build();
        // Without the registered listeners: the inner run must not write the log of the outer one.
        var config = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .build();
        LauncherFactory.create(config).execute(request, log);
        return log;
    }
}
