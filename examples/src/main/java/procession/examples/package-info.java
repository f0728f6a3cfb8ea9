// SPDX-License-Identifier: Apache-2.0
/**
 * Whole programs written with Procession. {@link procession.examples.Main} runs each by its name.
 */
@NullMarked
package procession.examples;

import org.jspecify.annotations.NullMarked;
