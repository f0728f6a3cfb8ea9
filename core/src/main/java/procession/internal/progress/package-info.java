// SPDX-License-Identifier: Apache-2.0
/** Counts what a map has done, and shows it. */
@NullMarked
package procession.internal.progress;

import org.jspecify.annotations.NullMarked;
