// SPDX-License-Identifier: Apache-2.0
/** What several packages of Procession share; not exported to users. */
@NullMarked
package procession.internal;

import org.jspecify.annotations.NullMarked;
