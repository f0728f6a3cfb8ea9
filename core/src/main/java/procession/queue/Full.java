// SPDX-License-Identifier: Apache-2.0
package procession.queue;

/**
 * Says that a queue had no room for an element: at once, or for as long as the caller would wait.
 *
 * <p><i>Python:</i> {@code queue.Full}.
 */
public class Full extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * Creates one.
     *
     * @param message what was full, and for how long
     */
    public Full(String message) {
        super(message);
    }
}
