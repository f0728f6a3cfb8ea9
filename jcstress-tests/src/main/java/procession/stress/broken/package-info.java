// SPDX-License-Identifier: Apache-2.0

/**
 * Tests of things that are broken on purpose. The build runs them as a control and fails unless each of them fails: it
 * is how a harness shows that it would notice.
 */
package procession.stress.broken;
