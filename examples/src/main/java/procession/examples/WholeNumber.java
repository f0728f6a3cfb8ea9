// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a whole number as Java and Python write it, with underscores between digits. */
final class WholeNumber implements ITypeConverter<Long> {
    private static final Pattern SYNTAX = Pattern.compile("[+-]?[0-9]+(_+[0-9]+)*");

    @Override
    public Long convert(String text) {
        if (!SYNTAX.matcher(text).matches()) {
            throw new TypeConversionException("'" + text
                    + "' is not a whole number; write digits, with underscores if you like, as in 1_000_000");
        }
        try {
            return Long.valueOf(text.replace("_", ""));
        } catch (NumberFormatException tooLarge) {
            throw new TypeConversionException("'" + text + "' is too large; write a number up to " + Long.MAX_VALUE);
        }
    }
}
