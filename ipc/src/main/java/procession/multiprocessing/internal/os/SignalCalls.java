// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

/**
 * What is called of {@code sun.misc.Signal}. A signal is named without SIG; all throw {@code IllegalArgumentException} if
 * there is none of that name, or if the JVM keeps it for itself or leaves it alone.
 */
interface SignalCalls {
    /** Has a signal do nothing, which is not passed on to the programs that this one starts. */
    void drop(String name);

    /** Has a signal do what it does to a program that says nothing about it. */
    void restore(String name);

    /** Sends a signal to this process. */
    void raise(String name);
}
