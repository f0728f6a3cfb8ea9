// SPDX-License-Identifier: Apache-2.0
/** Locks of shared memory, and how threads wait for them, whatever becomes of the processes that have them. */
@NullMarked
package procession.multiprocessing.internal.waiting;

import org.jspecify.annotations.NullMarked;
