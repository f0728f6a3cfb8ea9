// SPDX-License-Identifier: Apache-2.0
/** Things that are broken on purpose, and the proof that the model checker reports each. */
@NullMarked
package procession.modelcheck.broken;

import org.jspecify.annotations.NullMarked;
