// SPDX-License-Identifier: Apache-2.0
package procession.internal.progress;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import procession.futures.Progress;

/** A progress bar of the library {@code me.tongfei:progressbar}. */
public final class LibraryProgress implements Progress {
    /** Where to, if not to the terminal or to the standard error. */
    private final @Nullable PrintStream out;

    /** Made at the first update, and not in begin(), so that it is used by one thread only. */
    private @Nullable ProgressBar bar;

    LibraryProgress(@Nullable PrintStream out) {
        this.out = out;
    }

    /**
     * Returns whether the library is there.
     *
     * @return {@code true} if it is
     */
    public static boolean isSupported() {
        try {
            Class.forName("me.tongfei.progressbar.ProgressBar", false, LibraryProgress.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    /**
     * Returns the display; only if {@link #isSupported()}.
     *
     * @return the display
     */
    public static Progress create() {
        return new LibraryProgress(null);
    }

    @Override
    public Progress begin() {
        return new LibraryProgress(out);
    }

    @Override
    public void update(State state) {
        ProgressBar shown = bar;
        if (shown == null) {
            ProgressBarBuilder builder = new ProgressBarBuilder()
                    .setTaskName("")
                    .setInitialMax(-1)
                    .showSpeed()
                    .setUpdateIntervalMillis(100);
            shown = (out == null ? builder : builder.setConsumer(new ConsoleProgressBarConsumer(out))).build();
            bar = shown;
        }
        shown.maxHint(state.total().orElse(-1));
        shown.stepTo(state.done());
        if (state.failed() > 0) {
            shown.setExtraMessage(" " + state.failed() + " failed");
        }
        if (state.closed()) {
            shown.close();
        }
    }
}
