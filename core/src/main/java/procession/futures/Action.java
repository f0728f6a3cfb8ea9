// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.io.Serializable;
import java.util.concurrent.CompletionException;

/**
 * A piece of work without a value, which may throw and can travel to another process.
 *
 * <p>The abstract method is {@link #execute()}, so that a lambda may throw a checked exception; {@link #run()} makes
 * an {@code Action} a {@link Runnable} for every other API.
 *
 * <p><i>Python:</i> the {@code target} of a thread or a process.
 */
@FunctionalInterface
public interface Action extends Runnable, Serializable {
    /**
     * Does the work.
     *
     * @throws Exception if it fails
     */
    void execute() throws Exception;

    /**
     * Does the work; an unchecked exception comes out as itself, a checked one inside a {@link CompletionException}.
     * The interrupt flag is restored if the work was interrupted.
     */
    @Override
    @SuppressWarnings("FunctionalInterfaceMethodChanged") // run() is execute() with its exceptions made unchecked
    default void run() {
        try {
            execute();
        } catch (RuntimeException unchecked) {
            throw unchecked;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(interrupted);
        } catch (Exception checked) {
            throw new CompletionException(checked);
        }
    }
}
