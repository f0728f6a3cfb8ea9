// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function of two arguments that may throw and can travel to another process.
 *
 * @param <A> the type of the first argument
 * @param <B> the type of the second argument
 * @param <R> the type of the result, which may be {@code null}
 */
@FunctionalInterface
public interface BiFn<A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
        extends Serializable {
    /**
     * Computes the result.
     *
     * @param first the first argument
     * @param second the second argument
     * @return the result
     * @throws Exception if it fails
     */
    R apply(A first, B second) throws Exception;
}
