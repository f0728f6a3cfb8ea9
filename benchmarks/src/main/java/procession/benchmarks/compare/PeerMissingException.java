// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

/** Says that a peer is not installed. */
final class PeerMissingException extends Exception {
    private static final long serialVersionUID = 1L;

    PeerMissingException(String reason) {
        super(reason);
    }
}
