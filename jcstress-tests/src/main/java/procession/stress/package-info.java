// SPDX-License-Identifier: Apache-2.0

/** What starts the stress tests. The tests themselves are in the packages of their subjects. */
package procession.stress;
