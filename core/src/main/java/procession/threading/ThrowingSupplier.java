// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.jspecify.annotations.Nullable;

/**
 * A block of code that returns a value and may throw a checked exception of one chosen type.
 *
 * @param <T> the type of the value
 * @param <X> the exception it may throw; {@link RuntimeException} where there is none
 */
@FunctionalInterface
public interface ThrowingSupplier<T extends @Nullable Object, X extends Exception> {
    /**
     * Computes the value.
     *
     * @return the value
     * @throws X if the block fails
     */
    T get() throws X;
}
