// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void list_namesEveryArea() {
        assertEquals(0, run("--list"));
        Areas.ALL.forEach(area -> assertTrue(out.toString().contains(area.name()), out.toString()));
    }

    @Test
    void help_saysWhatARatioMeans() {
        assertEquals(0, run("--help"));
        assertTrue(out.toString().contains("A ratio above 1 always means that ours is better"), out.toString());
    }

    @Test
    void badArguments_areNamed_andEndWith2() {
        assertWrong("name at least one area of core, pool");
        assertWrong("no area is called nothing, only core, pool", "nothing");
        assertWrong("--rounds must be at least 1, but is 0", "--rounds", "0", "pool");
        assertWrong("no bench of core begins with nothing", "--only", "nothing", "core");
        assertWrong("'many' is not an int", "--rounds", "many", "pool");
        assertWrong("Unknown option: '--slow'", "--slow", "pool");
    }

    private void assertWrong(String message, String... args) {
        err.getBuffer().setLength(0);
        assertEquals(2, run(args));
        assertTrue(err.toString().contains(message), err.toString());
    }

    private int run(String... args) {
        return new CommandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
