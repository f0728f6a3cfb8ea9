// SPDX-License-Identifier: Apache-2.0
/** Waiting in the kernel: the only package with native calls. Everything works, if slower, where it can't be used. */
@NullMarked
package procession.multiprocessing.internal.futex;

import org.jspecify.annotations.NullMarked;
