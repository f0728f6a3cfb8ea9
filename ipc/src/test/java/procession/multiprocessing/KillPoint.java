// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

/** A row of the {@link KillMatrix}: a point in the life of a task, or of the worker that could run it. */
enum KillPoint {
    STARTING("a worker is starting"),
    INITIALIZER("in the initializer"),
    IDLE("a worker is idle"),
    BEFORE_START("handed over, not started"),
    ARGUMENTS("while the arguments are read"),
    RUNNING("running"),
    RESULT("while the result is written"),
    EXIT_HOOK("in the exit hook");

    private final String title;

    KillPoint(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Whether it is a part of the run of one task, which then is the one to fail. */
    boolean isInTask() {
        return this == ARGUMENTS || this == RUNNING || this == RESULT;
    }
}
