// SPDX-License-Identifier: Apache-2.0
package procession.testing.planted.b;

import procession.testing.planted.a.InA;

/** Half of a cycle. */
public interface InB {
    /**
     * Uses the other half.
     *
     * @return the other half
     */
    InA other();
}
