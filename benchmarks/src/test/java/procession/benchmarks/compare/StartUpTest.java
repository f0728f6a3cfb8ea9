// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartUpTest {
    @Test
    void run_ofOneRound_measuresEachStepAndThePool() throws Exception {
        StringWriter out = new StringWriter();
        StartUp.run(Path.of(""), 1, 0, new PrintWriter(out, true));
        String table = out.toString();
        for (String phase : List.of(
                "two JVMs with default options",
                "+ the options of a worker",
                "+ its class path",
                "+ a lambda",
                "+ a connection to a Unix-domain socket",
                "+ a mapped file",
                "+ an object read",
                "a pool of two workers: + all of ours")) {
            assertTrue(table.matches("(?s).*\\Q" + phase + "\\E +[0-9.]+ +[0-9.]+.*"), table);
        }
    }
}
