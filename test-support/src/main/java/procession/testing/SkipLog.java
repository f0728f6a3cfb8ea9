// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes the tests that were skipped or aborted into the file that the system property {@code procession.test.skipLog}
 * names; where there are none, there is no file. The build fails if it finds one: a listener itself cannot fail a build,
 * JUnit only logs what it throws.
 */
public final class SkipLog implements TestExecutionListener {

    private final List<String> skipped = new CopyOnWriteArrayList<>();

    /** Creates a listener; JUnit does it. */
    public SkipLog() {}

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped.add(test.getUniqueId() + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            skipped.add(test.getUniqueId() + ": "
                    + result.getThrowable().map(Throwable::toString).orElse("aborted"));
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        String file = System.getProperty("procession.test.skipLog");
        if (file != null) {
            write(Path.of(file));
        }
    }

    void write(Path file) {
        try {
            if (skipped.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                Files.write(file, skipped, StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
