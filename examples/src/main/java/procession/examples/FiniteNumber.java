// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number that is neither infinite nor NaN. */
final class FiniteNumber implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            throw unusable(text);
        }
        if (!Double.isFinite(value)) {
            throw unusable(text);
        }
        return value;
    }

    private static TypeConversionException unusable(String text) {
        return new TypeConversionException("'" + text + "' is not a finite number; write one such as 1.57 or -2e-3");
    }
}
