// SPDX-License-Identifier: Apache-2.0
package procession.testing.planted.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of everything.
 *
 * @param <T> a type
 */
public abstract class Sample<T extends Comparable<? super T>> extends Hidden<T> implements Runnable {

    /** A field for subclasses. */
    protected final int count = 1;

    private final @Nullable T hidden;

    /**
     * Creates one.
     *
     * @param hidden a value
     */
    protected Sample(@Nullable T hidden) {
        this.hidden = hidden;
    }

    /**
     * Finds.
     *
     * @param among where
     * @param names what
     * @param <X> what it throws
     * @return something or null
     * @throws X sometimes
     */
    public <X extends Exception> @Nullable T find(List<? extends @Nullable T> among, String... names) throws X {
        return among.isEmpty() ? hidden : among.get(names.length);
    }

    /** Does nothing. */
    @Deprecated
    public static void old() {}

    @Override
    void invisible() {}

    /**
     * A record.
     *
     * @param x a number
     * @param names some texts
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Point(int x, @Nullable String[] names) {}

    /** An enum. */
    public enum Shade {
        /** A value. */
        DARK
    }
}
