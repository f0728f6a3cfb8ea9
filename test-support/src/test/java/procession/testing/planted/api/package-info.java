// SPDX-License-Identifier: Apache-2.0

/** An API with one of everything, for the test of its rendering. */
@NullMarked
package procession.testing.planted.api;

import org.jspecify.annotations.NullMarked;
