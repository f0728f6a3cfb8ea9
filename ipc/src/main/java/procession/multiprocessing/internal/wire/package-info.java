// SPDX-License-Identifier: Apache-2.0
/** The bytes between a parent and its workers: frames, objects and failures. Nothing else in Procession serializes. */
@NullMarked
package procession.multiprocessing.internal.wire;

import org.jspecify.annotations.NullMarked;
