// SPDX-License-Identifier: Apache-2.0
/** How a worker JVM is started: its command, its class path, its options and the directory where it meets its parent. */
@NullMarked
package procession.multiprocessing.internal.launch;

import org.jspecify.annotations.NullMarked;
