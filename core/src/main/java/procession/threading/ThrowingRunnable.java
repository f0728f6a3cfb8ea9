// SPDX-License-Identifier: Apache-2.0
package procession.threading;

/**
 * A block of code that may throw a checked exception of one chosen type.
 *
 * @param <X> the exception it may throw; {@link RuntimeException} where there is none
 */
@FunctionalInterface
public interface ThrowingRunnable<X extends Exception> {
    /**
     * Runs the block.
     *
     * @throws X if the block fails
     */
    void run() throws X;
}
