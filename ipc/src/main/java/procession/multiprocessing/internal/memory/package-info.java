// SPDX-License-Identifier: Apache-2.0
/** Memory that processes share: files that they map, who of them is alive, and what the dead have left. */
@NullMarked
package procession.multiprocessing.internal.memory;

import org.jspecify.annotations.NullMarked;
