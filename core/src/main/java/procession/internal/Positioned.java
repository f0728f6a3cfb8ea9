// SPDX-License-Identifier: Apache-2.0
package procession.internal;

/** What wants to know which item of an input it is, so that it can say so when it fails. */
@FunctionalInterface
public interface Positioned {
    /**
     * Says which item it is.
     *
     * @param index its position in the input, from 0
     */
    void position(long index);
}
