// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

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
    private static volatile @Nullable Callable<?> raise;

    private SelfKill() {}

    /** Looks up what {@link #now} needs; until this returns, that is no faster than {@code halt}. */
    public static void prepare() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Constructor<?> named = signal.getConstructor(String.class);
            Method handle = signal.getMethod("handle", signal, handler);
            Method raiser = signal.getMethod("raise", signal);
            Object poll = named.newInstance("POLL");
            Object io = named.newInstance("IO");
            Object known = Proxy.newProxyInstance(
                    SelfKill.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> null);
            handle.invoke(null, poll, known);
            handle.invoke(null, io, handler.getField("SIG_DFL").get(null));
            raise = () -> raiser.invoke(null, poll);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError missing) {
            raise = null;
        }
    }

    /**
     * Ends this process.
     *
     * @param status the exit status where the process can't be killed
     */
    public static void now(int status) {
        try {
            Callable<?> prepared = raise;
            if (prepared != null) {
                prepared.call();
            }
        } catch (Throwable refused) {
            // halt is next
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }
}
