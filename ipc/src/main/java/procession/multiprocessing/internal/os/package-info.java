// SPDX-License-Identifier: Apache-2.0
/** What a worker's process leaves behind for its parent to read: its output and its exit status. */
@NullMarked
package procession.multiprocessing.internal.os;

import org.jspecify.annotations.NullMarked;
