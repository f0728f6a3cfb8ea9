// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import org.jspecify.annotations.Nullable;

/** What signals do to this process, as far as the module jdk.unsupported is there to say it. */
public final class Signals {
    /** Set by SunSignals, which is looked for by name because it is compiled later, when it is initialized. */
    static volatile @Nullable SignalCalls calls;

    static {
        try {
            Class.forName("procession.multiprocessing.internal.os.SunSignals");
        } catch (ClassNotFoundException | LinkageError missing) {
            calls = null;
        }
    }

    private Signals() {}

    /** Returns the calls, or {@code null} where there is no such module. */
    static @Nullable SignalCalls calls() {
        return calls;
    }

    /**
     * Lets this process, but not those that it starts, survive what a terminal sends to all programs in its foreground:
     * SIGINT for Ctrl-C, and SIGHUP when it is closed. Where they are ignored, they stay so.
     */
    public static void surviveTerminal() {
        SignalCalls known = calls;
        if (known != null) {
            drop(known, "INT");
            drop(known, "HUP");
        }
    }

    private static void drop(SignalCalls known, String name) {
        try {
            known.drop(name);
        } catch (IllegalArgumentException leftAlone) {
            // by the JVM, which was told so by -Xrs, or by a system that has no such signal
        }
    }
}
