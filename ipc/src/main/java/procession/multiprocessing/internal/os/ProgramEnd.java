// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

/** Tells whether this JVM is on its way out. */
public final class ProgramEnd {
    /** Never added; without a context class loader, which it would keep from being collected. */
    private static final Thread NO_HOOK = new Thread(null, ProgramEnd::nothing, "procession-no-hook", 0, false);

    static {
        NO_HOOK.setContextClassLoader(null);
    }

    private ProgramEnd() {}

    private static void nothing() {
        // is never called
    }

    /**
     * Returns whether the shutdown hooks of this JVM run, or have run: because of {@code System.exit}, a signal such as
     * Ctrl-C, or because its last thread that is no daemon has ended.
     *
     * @return {@code true} if they do; it stays so until this JVM is gone
     */
    public static boolean isUnderWay() {
        try {
            Runtime.getRuntime().removeShutdownHook(NO_HOOK); // asked in this way, it needs no hook of ours
            return false;
        } catch (IllegalStateException underWay) {
            return true;
        }
    }
}
