// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.junit.jupiter.api.Test;
import procession.modelcheck.ModelCheck;

/** What every {@link WorkQueue} does, whatever its threads are interrupted in. */
abstract class WorkQueueLincheckContract {
    private static final String[] ELEMENTS = {
        "offer ?",
        "putNowait ?",
        "offerWithoutTime ?",
        "poll",
        "pollWithoutTime",
        "getNowait",
        "peek",
        "size",
        "remainingCapacity",
        "remove ?",
        "contains ?",
        "drainAtMost 1",
        "drain",
        "clear"
    };
    private static final String[] TASKS = {
        "offer ?", "poll", "taskDone", "unfinishedTasks", "joinWithoutTime", "remove ?", "clear", "size"
    };
    private static final String[] ENDS = {
        "offer ?", "putNowait ?", "poll", "getNowait", "size", "shutdown", "shutdownNow", "unfinishedTasks", "taskDone"
    };

    /** Returns a check of a queue of so many places; 0: unbounded. */
    abstract ModelCheck check(int maxsize);

    @Test
    void elements_ofTwoThreads_areLinearizable() {
        check(2).randomScenarios(2, 3, ELEMENTS).run();
    }

    @Test
    void elements_ofThreeThreads_areLinearizable() {
        check(1).randomScenarios(3, 2, ELEMENTS).run();
    }

    @Test
    void tasks_areLinearizable() {
        check(0).randomScenarios(2, 3, TASKS)
                .scenarioAfter("offer 1; offer 2", "clear", "poll; taskDone; unfinishedTasks")
                .scenarioAfter("offer 1; offer 2", "remove 2", "poll; poll; taskDone; unfinishedTasks")
                .scenarioAfter("offer 1", "shutdownNow", "poll; taskDone; unfinishedTasks")
                .run();
    }

    @Test
    void shutdown_isLinearizable() {
        check(2).randomScenarios(2, 3, ENDS).run();
    }

    @Test
    void putAndTake_loseNoWakeUp() {
        check(1).scenario("put 1; put 2", "take; take")
                .scenario("put 1; put 2", "take", "take")
                .scenario("put 1", "put 2", "take; take")
                .run();
    }

    @Test
    void putters_areWokenByRemovals() {
        check(1).scenarioAfter("put 1", "put 2", "remove 1")
                .scenarioAfter("put 1", "put 2", "clear")
                .scenarioAfter("put 1", "put 2", "drain; take")
                .run();
        check(2).scenarioAfter("put 1; put 2", "put 3", "put 3", "drain").run();
    }

    /** Each element is there once: of equal ones, a filter or an iterator may see one come and another go. */
    @Test
    void removals_byFiltersAndIterators_areLinearizable() {
        check(0).scenarioBetween(
                        "offer 1; offer 2; offer 3",
                        "elements; unfinishedTasks",
                        "removeAllEqual 2",
                        "removeAllEqual 3",
                        "poll; poll")
                .scenarioBetween(
                        "offer 1; offer 2", "elements; unfinishedTasks", "removeByIterator 2", "poll; poll; offer 3")
                .scenarioAfter("put 1", "join", "removeByIterator 1")
                .run();
        check(1).scenarioAfter("put 1", "put 2", "removeAllEqual 1").run();
    }

    @Test
    void shutdown_wakesAll() {
        check(1).scenario("take", "take", "shutdown")
                .scenarioAfter("put 1", "put 2", "put 3", "shutdown")
                .scenarioAfter("put 1", "put 2", "shutdownNow", "take")
                .run();
    }

    @Test
    void join_isWokenByTheLast() {
        check(0).scenarioAfter("put 1; put 2", "join", "taskDone", "taskDone")
                .scenarioAfter("put 1", "join", "take; taskDone; put 2; taskDone")
                .scenarioAfter("put 1; put 2", "join", "remove 2", "taskDone")
                .scenarioAfter("put 1", "join", "clear")
                .scenarioAfter("put 1", "join", "shutdownNow")
                .run();
    }

    @Test
    void join_isNotWokenForTasksOfBefore() {
        check(0).inModelTime()
                .scenarioAfter("put 1", "taskDone", "put 2; joinInTime", "timePasses")
                .scenarioAfter("put 1", "clear", "put 2; joinInTime", "timePasses")
                .run();
    }

    @Test
    void waits_thatEndInTime_areLinearizable() {
        check(1).inModelTime()
                .scenario("pollInTime; size", "timePasses; offer 1")
                .scenario("pollInTime", "take", "put 1; put 2; timePasses")
                .scenarioAfter("put 1", "offerInTime 2; size", "timePasses; poll")
                .scenarioAfter("put 1", "offerInTime 2", "put 3", "take; take; timePasses")
                .scenarioAfter("put 1", "joinInTime", "timePasses; taskDone")
                .run();
    }

    @Test
    void wakeUps_ofThoseWhoAreLate_areNotLost() {
        check(1).inModelTime()
                .scenarioBetween("", "size", "pollInTimeAndPutBack", "take", "timePasses; put 1")
                .scenarioBetween("put 1", "size", "offerInTimeAndPoll 1", "put 1", "timePasses; take")
                .run();
    }

    @Test
    void wakeUps_ofThoseWhoAreInterrupted_areNotLost() {
        check(1).scenarioBetween("", "size", "takeOrBeInterruptedAndPutBack", "take", "interrupt; put 1")
                .scenarioBetween("put 1", "size", "putOrBeInterruptedAndPoll 1", "put 1", "interrupt; take")
                .run();
    }
}
