// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.NoSuchElementException;

/**
 * Says that a queue had no element to give: at once, or for as long as the caller would wait.
 *
 * <p><i>Python:</i> {@code queue.Empty}.
 */
public class Empty extends NoSuchElementException {
    private static final long serialVersionUID = 1;

    /**
     * Creates one.
     *
     * @param message what was empty, and for how long
     */
    public Empty(String message) {
        super(message);
    }
}
