// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import procession.internal.progress.LibraryProgress;
import procession.internal.progress.TextProgress;

/**
 * Shows how far a {@code map} has come: built in as {@link #text()} and {@link #bar()}, or anything that a lambda does.
 * <pre>{@code
 * try (var executor = new ThreadPoolExecutor(4)) {
 *     executor.map(n -> n * n, List.of(1, 2, 3), MapOptions.progress(Progress.text())).toList();
 * }
 * }</pre>
 *
 * <p>It is called at the start, then whenever items were done since the last call, at most ten times a second, and once
 * more at the end: on a thread of the map's own, one call after the other, never under a lock. What it throws is logged
 * (to {@link System.Logger} {@code procession.futures}), once, and it is not called again; the map goes on. The end of a
 * map waits for the last call, but not for longer than a second.
 *
 * <p>Memory consistency effects: actions before the {@code map}, and in each call, <i>happen-before</i> the next call. The
 * results of items are counted only.
 *
 * <p>The end is when all of the input has been read and every item is done, or when the results are closed or forgotten
 * before that. An item counts when its task is done, not when its result is taken; one that is retried counts once.
 *
 * <p><i>Python:</i> not in the standard library; like {@code tqdm} around an iterable, or mpire's {@code progress_bar}.
 */
@FunctionalInterface
public interface Progress {
    /**
     * Shows how far one map has come.
     *
     * @param state how far
     */
    void update(State state);

    /**
     * Returns what is told about one map; called at its start, by the thread that called {@code map}. The default is this
     * object itself; a display that keeps something for each map returns a new one.
     *
     * @return the display of one map
     */
    default Progress begin() {
        return this;
    }

    /**
     * Returns a display in plain text on {@code System.err}: one line that is drawn over and over if that is a terminal,
     * and otherwise a line every ten seconds and at the end. Whether it is one, is known on Linux; on macOS it is one if it is
     * that of the standard input and output, too; and on Windows it is taken for one if these are.
     * <pre>
     *  42%|########            | 42/100 [00:12&lt;00:16, 3.50/s, 2 failed]
     * </pre>
     *
     * @return the display
     */
    static Progress text() {
        return TextProgress.standard();
    }

    /**
     * Returns a display by the library {@code me.tongfei:progressbar} if that is there, and otherwise {@link #text()}.
     *
     * @return the display
     */
    static Progress bar() {
        return LibraryProgress.isSupported() ? LibraryProgress.create() : text();
    }

    /**
     * How far a map has come.
     *
     * @param total how many items there are, if that is known: the size of a collection, or what was read once the
     *     input has ended
     * @param done how many are done, in whichever way
     * @param failed how many of these have failed or were cancelled
     * @param elapsed since the map was called
     * @param closed whether this is the end, and the last call
     */
    record State(OptionalLong total, long done, long failed, Duration elapsed, boolean closed) {
        /**
         * Returns how many items were done in a second, on average since the map was called.
         *
         * @return items a second; 0 if none is done
         */
        public double rate() {
            return done / Math.max(1e-9, elapsed.toNanos() / 1e9);
        }

        /**
         * Returns how long the rest will take if it goes on like this.
         *
         * @return the time, or empty if the total is not known or nothing is done yet
         */
        public Optional<Duration> remaining() {
            if (total.isEmpty() || done == 0) {
                return Optional.empty();
            }
            double seconds = Math.max(0, total.getAsLong() - done) / rate();
            return Optional.of(Duration.ofMillis((long) Math.min(seconds * 1e3, Long.MAX_VALUE / 2.0)));
        }
    }
}
