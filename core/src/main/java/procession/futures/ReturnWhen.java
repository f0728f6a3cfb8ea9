// SPDX-License-Identifier: Apache-2.0
package procession.futures;

/**
 * When {@link Futures#wait(java.util.Collection, ReturnWhen) Futures.wait} returns.
 *
 * <p><i>Python:</i> the constants of the same names in {@code concurrent.futures}.
 */
public enum ReturnWhen {
    /** As soon as one future is done, cancelled ones included. */
    FIRST_COMPLETED,
    /** As soon as one future failed; when all are done if none does. A cancelled future is not a failed one. */
    FIRST_EXCEPTION,
    /** When all futures are done, cancelled ones included. */
    ALL_COMPLETED
}
