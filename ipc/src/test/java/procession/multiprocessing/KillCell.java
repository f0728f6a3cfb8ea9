// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cell of the {@link KillMatrix}.
 *
 * @param point when
 * @param event what happens
 */
record KillCell(KillPoint point, KillEvent event) {
    /** What has to become of the one task that the event is about. */
    enum Fate {
        /** It fails with {@link WorkerDiedException}. */
        DIES,
        /** It fails with {@link procession.futures.TaskTimeoutException}. */
        TIMES_OUT,
        /** It fails with what it has thrown, or with what says why something did not travel; its worker lives. */
        THROWS,
        /** It is refused in the caller's stack. */
        REFUSED,
        /** No task fails. */
        UNHARMED,
        /** Every worker fails in the same way, which breaks the pool, with the reason. */
        BREAKS
    }

    /** All cells, row by row. */
    static List<KillCell> all() {
        List<KillCell> cells = new ArrayList<>();
        for (KillPoint point : KillPoint.values()) {
            for (KillEvent event : KillEvent.values()) {
                cells.add(new KillCell(point, event));
            }
        }
        return cells;
    }

    /** The cells that apply, row by row. */
    static List<KillCell> applying() {
        return all().stream().filter(cell -> cell.whyNot().isEmpty()).toList();
    }

    /** Returns why the cell does not apply. */
    Optional<String> whyNot() {
        return Optional.ofNullable(
                switch (point) {
                    case STARTING -> event.isFromOutside() ? null : "no code of the user runs yet";
                    case BEFORE_START ->
                        event.isFromOutside() || event == KillEvent.ARGUMENT_UNSERIALIZABLE
                                ? null
                                : "no code of the task runs yet";
                    case IDLE -> event.isAboutTravel() ? "nothing travels" : null;
                    case INITIALIZER, EXIT_HOOK ->
                        event == KillEvent.RESULT_UNSERIALIZABLE || event == KillEvent.RESULT_UNREBUILDABLE
                                ? "it has no result"
                                : null;
                    case ARGUMENTS, RUNNING, RESULT -> whyNotInTask();
                });
    }

    private @Nullable String whyNotInTask() {
        return switch (event) {
            case ARGUMENT_UNSERIALIZABLE -> "nothing is sent: see “" + KillPoint.BEFORE_START.title() + "”";
            case ARGUMENT_UNREBUILDABLE -> seeUnless(KillPoint.ARGUMENTS);
            case RESULT_UNSERIALIZABLE, RESULT_UNREBUILDABLE -> seeUnless(KillPoint.RESULT);
            default -> null;
        };
    }

    private @Nullable String seeUnless(KillPoint place) {
        return point == place ? null : "see “" + place.title() + "”";
    }

    /** Returns what has to become of the task, if the cell applies. */
    Fate fate() {
        return switch (point) {
            case STARTING -> Fate.UNHARMED;
            case BEFORE_START ->
                switch (event) {
                    case SIGSTOP -> Fate.TIMES_OUT;
                    case ARGUMENT_UNSERIALIZABLE -> Fate.REFUSED;
                    default -> Fate.UNHARMED;
                };
            case IDLE -> event == KillEvent.GRANDCHILD ? Fate.TIMES_OUT : Fate.UNHARMED;
            case INITIALIZER, EXIT_HOOK ->
                switch (event) {
                    case ARGUMENT_UNSERIALIZABLE -> Fate.REFUSED;
                    case ARGUMENT_UNREBUILDABLE -> Fate.BREAKS;
                    default -> Fate.UNHARMED;
                };
            case ARGUMENTS, RUNNING, RESULT ->
                switch (event) {
                    case SIGKILL, HALT, EXIT, HEAP, METASPACE, CRASH -> Fate.DIES;
                    case SIGSTOP, GRANDCHILD -> Fate.TIMES_OUT;
                    case PRINTS, CLOSES_STDOUT -> Fate.UNHARMED;
                    default -> Fate.THROWS;
                };
        };
    }

    /** Whether it needs options of the pool, or a pool without workers. */
    boolean needsOwnPool() {
        return switch (point) {
            case STARTING, INITIALIZER, EXIT_HOOK -> true;
            case BEFORE_START -> event.isFromOutside();
            case IDLE -> event == KillEvent.GRANDCHILD;
            case ARGUMENTS, RUNNING, RESULT -> false;
        };
    }

    @Override
    public String toString() {
        return point.title() + ": " + event.title();
    }
}
