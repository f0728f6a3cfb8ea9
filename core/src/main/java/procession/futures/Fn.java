// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function of one argument that may throw and can travel to another process.
 *
 * @param <T> the type of the argument
 * @param <R> the type of the result, which may be {@code null}
 */
@FunctionalInterface
public interface Fn<T extends @Nullable Object, R extends @Nullable Object> extends Serializable {
    /**
     * Computes the result.
     *
     * @param argument the argument
     * @return the result
     * @throws Exception if it fails
     */
    R apply(T argument) throws Exception;
}
