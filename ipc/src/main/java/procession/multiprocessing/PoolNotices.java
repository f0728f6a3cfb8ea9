// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.lang.System.Logger.Level;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.WorkerSizing;

/** What a pool says to its operator once in its life: what its workers get, and that nothing but deaths comes of its tasks. */
final class PoolNotices {
    /*
     * Overview. Owned by the loop's thread.
     *
     * Workers that die of their tasks are replaced at once, without a pause that grows: each death ends an attempt at a
     * task, so there are no more of them than attempts, and a pause would only keep tasks waiting that are in order. What a
     * pool that kills all of its workers lacks is somebody who is told, for its futures may be looked at much later.
     * Workers that don't even become ready are another matter, and have a pause.
     *
     * What the workers get is said when the first task has been answered, so that nobody waits for the making of a
     * message that is seldom read. What is more than there is, is said at once.
     */
    private static final int NOTABLE_DEATHS = 10;

    private final String pool;
    private final WorkerSizing sizing;
    private final BiConsumer<Level, Supplier<@Nullable String>> log;
    private int deathsInARow;
    private boolean saidSizing;
    private boolean saidDeaths;

    /** {@code log} is given messages to be made and logged elsewhere, {@code null} for none. */
    PoolNotices(String pool, WorkerSizing sizing, BiConsumer<Level, Supplier<@Nullable String>> log) {
        this.pool = pool;
        this.sizing = sizing;
        this.log = log;
        if (sizing.mayExceed()) {
            log.accept(Level.INFO, () -> {
                String excess = sizing.excess();
                return excess == null ? null : pool + ": " + excess;
            });
        }
    }

    /** A task has been answered. */
    void answered() {
        deathsInARow = 0;
        if (!saidSizing) {
            saidSizing = true;
            log.accept(Level.DEBUG, () -> pool + ": " + sizing.inWords());
        }
    }

    /** A worker has died of a task. */
    void died(WorkerProcess worker, ProcessTask<?> task) {
        if (!worker.killed && ++deathsInARow >= NOTABLE_DEATHS && !saidDeaths) {
            saidDeaths = true;
            int deaths = deathsInARow;
            log.accept(
                    Level.WARNING,
                    () -> pool + ": the last " + deaths + " workers all died of their tasks, and no task was answered"
                            + " meanwhile; the last one " + worker.death().inWords() + " in " + task.inWords()
                            + ". The pool goes on, each death costs one attempt at one task");
        }
    }
}
