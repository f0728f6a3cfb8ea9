// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows rows as a table and as JSON. */
final class Report {
    private static final List<String> HEADER =
            List.of("bench", "peer", "ours", "theirs", "unit", "ratio", "spread", "rounds");

    /** How many columns of a table are words, which start on the left; the others are numbers, but for the unit. */
    private static final int WORDS = 2;

    private Report() {}

    /** Returns the rows as lines of equal columns under a header. */
    static String table(List<Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADER);
        for (Row row : rows) {
            lines.add(List.of(
                    row.bench(),
                    row.peer(),
                    number(row.ours(), 4),
                    number(row.theirs(), 4),
                    row.unit().toString(),
                    ratio(row.ratio()),
                    ratio(row.lowest()) + ".." + ratio(row.highest()),
                    String.valueOf(row.rounds())));
        }
        int[] widths = new int[HEADER.size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = line.get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                boolean left = column < WORDS || HEADER.get(column).equals("unit");
                text.append(left ? cell + padding : padding + cell).append("  ");
            }
            table.append(text.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    /** Returns one JSON object per row, each on a line. */
    static String jsonLines(List<Row> rows) {
        StringBuilder lines = new StringBuilder();
        for (Row row : rows) {
            lines.append("{\"bench\": ").append(quoted(row.bench()));
            lines.append(", \"peer\": ").append(quoted(row.peer()));
            lines.append(", \"ours\": ").append(number(row.ours(), 6));
            lines.append(", \"theirs\": ").append(number(row.theirs(), 6));
            lines.append(", \"unit\": ").append(quoted(row.unit().toString()));
            lines.append(", \"ratio\": ").append(number(row.ratio(), 6)).append("}\n");
        }
        return lines.toString();
    }

    private static String ratio(double value) {
        return number(value, 3);
    }

    /** Writes a number with so many digits that count, never with an exponent, and in no language. */
    private static String number(double value, int digits) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits));
        return rounded.scale() < 0 ? rounded.toBigInteger().toString() : rounded.toPlainString();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
