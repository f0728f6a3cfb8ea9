// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

/**
 * Ends this process at once, whatever its threads do.
 *
 * <p>{@link Runtime#halt} is not at once: the JVM waits up to 300 ms for threads that are in native code (a socket's
 * {@code accept}, the reaper of a child process) and up to 10 s for a compiler thread. A signal whose default action
 * ends the process waits for nobody.
 */
public final class SelfKill {
    /*
     * Overview. sun.misc.Signal, a supported part of the module jdk.unsupported, raises a signal in this process, but only
     * one for which it knows a handler; with a handler the process would not end. On Linux one signal has two names, POLL
     * and IO, and handlers are known by name: a handler for POLL makes it known, and then IO is given back to the default
     * action, which is to end the process. Where any of this is missing - the module, the second name - halt is what
     * there is. The exit status does not matter, because whoever could read it is dead.
     */
    private static volatile boolean prepared;

    private SelfKill() {}

    /** Sets up what {@link #now} needs; until this returns, that is no faster than {@code halt}. */
    public static void prepare() {
        SignalCalls signals = Signals.calls();
        if (signals != null) {
            try {
                signals.drop("POLL");
                signals.restore("IO");
                prepared = true;
            } catch (IllegalArgumentException noSuchSignal) {
                prepared = false;
            }
        }
    }

    /**
     * Ends this process.
     *
     * @param status the exit status where the process can't be killed
     */
    public static void now(int status) {
        try {
            SignalCalls signals = prepared ? Signals.calls() : null;
            if (signals != null) {
                signals.raise("POLL");
            }
        } catch (Throwable refused) {
            // halt is next
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }
}
