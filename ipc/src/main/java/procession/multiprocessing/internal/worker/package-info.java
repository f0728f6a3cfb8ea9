// SPDX-License-Identifier: Apache-2.0
/** The worker's side: the program that a worker JVM runs. */
@NullMarked
package procession.multiprocessing.internal.worker;

import org.jspecify.annotations.NullMarked;
