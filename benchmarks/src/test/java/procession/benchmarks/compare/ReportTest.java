// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Row LATENCY = new Row("a.round-trip", "Pool", 12.34567, 98.7654321, Unit.MICROS, 8, 7.5, 9, 5);
    private static final Row RATE =
            new Row("a.rate", "a \"b\\", 1234567.8, 0.00001234, Unit.TASKS_PER_SECOND, 1e11, 1, 2, 5);

    @Test
    void table_hasEqualColumns() {
        List<String> lines = Report.table(List.of(LATENCY, RATE)).lines().toList();
        assertEquals(3, lines.size());
        for (String heading : List.of("bench", "peer", "unit")) {
            int column = lines.get(0).indexOf(heading);
            lines.forEach(line -> assertEquals(' ', (" " + line).charAt(column), line));
        }
        lines.forEach(line -> assertEquals(lines.get(0).length(), line.length(), line));
    }

    @Test
    void jsonLines_hasOneObjectALine_withTheseKeys() {
        assertEquals(
                "{\"bench\": \"a.round-trip\", \"peer\": \"Pool\", \"ours\": 12.3457, \"theirs\": 98.7654,"
                        + " \"unit\": \"us\", \"ratio\": 8}\n"
                        + "{\"bench\": \"a.rate\", \"peer\": \"a \\\"b\\\\\", \"ours\": 1234570, \"theirs\": 0.0000123400,"
                        + " \"unit\": \"tasks/s\", \"ratio\": 100000000000}\n",
                Report.jsonLines(List.of(LATENCY, RATE)));
    }
}
