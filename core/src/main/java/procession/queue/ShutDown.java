// SPDX-License-Identifier: Apache-2.0
package procession.queue;

/**
 * Says that a queue has been shut down: it takes no more elements or, when it has none left, gives no more.
 *
 * <p><i>Python:</i> {@code queue.ShutDown}.
 */
public class ShutDown extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * Creates one.
     *
     * @param message what was shut down
     */
    public ShutDown(String message) {
        super(message);
    }
}
