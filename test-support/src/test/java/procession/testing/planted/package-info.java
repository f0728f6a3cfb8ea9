// SPDX-License-Identifier: Apache-2.0

/** Classes that break each architecture rule once, for the tests of the rules. */
@NullMarked
package procession.testing.planted;

import org.jspecify.annotations.NullMarked;
