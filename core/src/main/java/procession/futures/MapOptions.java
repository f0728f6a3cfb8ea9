// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How {@link Executor#map(Fn, Iterable, MapOptions) Executor.map} goes about its work; immutable.
 *
 * <p>Each option can come first, and the others follow: {@code MapOptions.chunksize(64).buffersize(8).timeout(d)}.
 *
 * <p><i>Python:</i> the keyword arguments of {@code Executor.map}.
 */
public sealed interface MapOptions permits MapOptions.Chain {
    /**
     * Returns options that send items to the executor in groups of {@code chunksize}, which makes small tasks cheaper.
     * With a buffer size a group is at most half of that, so that one can run while the results of another are taken.
     *
     * @param chunksize items a group, at least 1; 1 if it is never set
     * @return the options
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     */
    static Chain chunksize(int chunksize) {
        return Chain.NONE.chunksize(chunksize);
    }

    /**
     * Returns options that make {@code map} lazy: at most {@code buffersize} items are submitted and not yet taken
     * from the results, so that infinite inputs and slow consumers work.
     *
     * @param buffersize items under way at once, at least 1; without it all of the input is submitted at the call
     * @return the options
     * @throws IllegalArgumentException if {@code buffersize} is less than 1
     */
    static Chain buffersize(int buffersize) {
        return Chain.NONE.buffersize(buffersize);
    }

    /**
     * Returns options that allow {@code timeout} for the whole of {@code map}, counted from its call.
     *
     * @param timeout the longest time; when it has elapsed, waiting for a result that is not there fails, and what is
     *     not done is cancelled
     * @return the options
     */
    static Chain timeout(Duration timeout) {
        return Chain.NONE.timeout(timeout);
    }

    /**
     * Returns options that show how far {@code map} has come.
     *
     * @param display what to show it with, such as {@link Progress#text()}
     * @return the options
     */
    static Chain progress(Progress display) {
        return Chain.NONE.progress(display);
    }

    /**
     * Returns the options that {@code map} has when none are given.
     *
     * @return the options: groups of one, all input submitted at the call, no timeout, nothing shown
     */
    static Chain defaults() {
        return Chain.NONE;
    }

    /** Options to which more can be added; each method returns a new object. */
    final class Chain implements MapOptions {
        private static final Chain NONE = new Chain(1, OptionalInt.empty(), Optional.empty(), Optional.empty());

        private final int chunksize;
        private final OptionalInt buffersize;
        private final Optional<Duration> timeout;
        private final Optional<Progress> progress;

        private Chain(int chunksize, OptionalInt buffersize, Optional<Duration> timeout, Optional<Progress> progress) {
            this.chunksize = chunksize;
            this.buffersize = buffersize;
            this.timeout = timeout;
            this.progress = progress;
        }

        /**
         * As {@link MapOptions#chunksize(int)}, with the other options kept.
         *
         * @param items items a group, at least 1
         * @return new options
         * @throws IllegalArgumentException if {@code items} is less than 1
         */
        public Chain chunksize(int items) {
            return new Chain(atLeastOne("chunksize", items), buffersize, timeout, progress);
        }

        /**
         * As {@link MapOptions#buffersize(int)}, with the other options kept.
         *
         * @param items items under way at once, at least 1
         * @return new options
         * @throws IllegalArgumentException if {@code items} is less than 1
         */
        public Chain buffersize(int items) {
            return new Chain(chunksize, OptionalInt.of(atLeastOne("buffersize", items)), timeout, progress);
        }

        /**
         * As {@link MapOptions#timeout(Duration)}, with the other options kept.
         *
         * @param longest the longest time, from the call of {@code map}
         * @return new options
         */
        public Chain timeout(Duration longest) {
            return new Chain(chunksize, buffersize, Optional.of(Objects.requireNonNull(longest, "timeout")), progress);
        }

        /**
         * As {@link MapOptions#progress(Progress)}, with the other options kept.
         *
         * @param display what to show it with
         * @return new options
         */
        public Chain progress(Progress display) {
            return new Chain(chunksize, buffersize, timeout, Optional.of(Objects.requireNonNull(display, "progress")));
        }

        int chunksize() {
            return chunksize;
        }

        OptionalInt buffersize() {
            return buffersize;
        }

        Optional<Duration> timeout() {
            return timeout;
        }

        Optional<Progress> progress() {
            return progress;
        }

        private static int atLeastOne(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
            }
            return value;
        }

        @Override
        public String toString() {
            return "MapOptions[chunksize=" + chunksize
                    + ", buffersize=" + (buffersize.isPresent() ? buffersize.getAsInt() : "unlimited")
                    + ", timeout=" + timeout.map(Duration::toString).orElse("none")
                    + ", progress=" + (progress.isPresent() ? "shown" : "none") + "]";
        }
    }
}
