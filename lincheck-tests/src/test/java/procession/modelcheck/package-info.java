// SPDX-License-Identifier: Apache-2.0
/** What the Lincheck tests share: how to run a check, and what the build changes in Lincheck. */
@NullMarked
package procession.modelcheck;

import org.jspecify.annotations.NullMarked;
