// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Ends this process at once, whatever its threads do.
 *
 * <p>{@link Runtime#halt} is not at once: the JVM waits up to 300 ms for threads that are in native code (a socket's
 * {@code accept}, the reaper of a child process) and up to 10 s for a compiler thread. The kernel's SIGKILL waits for
 * nobody. The JDK can raise it in this process through {@code sun.misc.Signal}, a supported part of the module
 * {@code jdk.unsupported}; where that module or that signal is missing, {@code halt} is what there is.
 */
public final class SelfKill {
    /** {@code () -> Signal.raise(new Signal("KILL"))}, looked up early because its time is short; {@code null} if missing. */
    private static final @Nullable MethodHandle RAISE = find();

    private SelfKill() {}

    private static @Nullable MethodHandle find() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Object kill = lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                    .invoke("KILL");
            return lookup.findStatic(signal, "raise", MethodType.methodType(void.class, signal))
                    .bindTo(kill);
        } catch (Throwable missing) {
            return null;
        }
    }

    /** Makes sure that {@link #now} has nothing left to load. */
    public static void prepare() {
        // initializing this class is all
    }

    /**
     * Ends this process.
     *
     * @param status the exit status where the process can't be killed
     */
    public static void now(int status) {
        try {
            if (RAISE != null) {
                RAISE.invokeExact();
            }
        } catch (Throwable refused) {
            // halt is next
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }
}
