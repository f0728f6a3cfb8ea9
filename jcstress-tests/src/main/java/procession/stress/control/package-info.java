// SPDX-License-Identifier: Apache-2.0

/** Tests of the JDK's own classes: the other half of the control, which shows that the harness does not fail by itself. */
package procession.stress.control;
