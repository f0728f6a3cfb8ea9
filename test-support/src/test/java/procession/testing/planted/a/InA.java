// SPDX-License-Identifier: Apache-2.0
package procession.testing.planted.a;

import procession.testing.planted.b.InB;

/** Half of a cycle. */
public interface InA {
    /**
     * Uses the other half.
     *
     * @return the other half
     */
    InB other();
}
