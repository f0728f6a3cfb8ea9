// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Makes threads that keep nothing alive of whoever happened to need them first. */
final class PoolThreads {
    private static final int PROBE_CALLS = 500;
    private static final @Nullable Method IS_VIRTUAL = isVirtualMethod();

    private PoolThreads() {}

    static Thread daemon(String name, Runnable work) {
        return create(name, work, true);
    }

    static Thread create(String name, Runnable work, boolean daemon) {
        Thread thread = new Thread(null, work, name, 0, false); // without inheritable thread-locals
        thread.setDaemon(daemon);
        return thread;
    }

    /** Returns whether a thread is virtual, which none is before JDK 21. */
    static boolean isVirtual(Thread thread) {
        Method asked = IS_VIRTUAL;
        try {
            return asked != null && (Boolean) asked.invoke(thread);
        } catch (ReflectiveOperationException impossible) {
            return true;
        }
    }

    private static @Nullable Method isVirtualMethod() {
        try {
            return Thread.class.getMethod("isVirtual");
        } catch (NoSuchMethodException olderJdk) {
            return null;
        }
    }

    /** Returns whether the calling thread can make calls of some depth, such as must not fail half-way. */
    static boolean hasStackForMore() {
        try {
            return descend(PROBE_CALLS, 1, 2, 3, 4) != 0;
        } catch (StackOverflowError none) {
            return false;
        }
    }

    /** Uses up some ten kilobytes of stack in any compilation, because something is left to do behind each call. */
    private static long descend(int calls, long a, long b, long c, long d) {
        return calls == 0 ? a | b | c | d : descend(calls - 1, b + calls, c, d, a) | a + b + c + d;
    }
}
