// SPDX-License-Identifier: Apache-2.0
/** Messages through shared memory: rings of bytes, each with one process that writes and one that reads. */
@NullMarked
package procession.multiprocessing.internal.ring;

import org.jspecify.annotations.NullMarked;
