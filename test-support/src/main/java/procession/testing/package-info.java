// SPDX-License-Identifier: Apache-2.0

/**
 * The harness of Procession's tests. Its rules are those of the JSR-166 tests: a failure in another thread fails the
 * test, every thread and child process is joined in the method that started it, and every wait has a deadline.
 *
 * <p>Nothing here knows Procession's own types. Contract suites over those live in the tests of core.
 */
@NullMarked
package procession.testing;

import org.jspecify.annotations.NullMarked;
