// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random steps of three threads, each compared with a model that is two plain fields. */
class LockProperties {
    private static final int MEMBERS = 3;

    enum Operation {
        TRY_ACQUIRE,
        TRY_LOCK,
        ACQUIRE_ZERO,
        ACQUIRE_NEGATIVE,
        TRY_LOCK_ZERO,
        RELEASE,
        UNLOCK
    }

    record Step(int member, Operation operation) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(Arbitraries.integers().between(0, MEMBERS - 1), Arbitraries.of(Operation.class))
                .as(Step::new)
                .list()
                .ofMaxSize(30);
    }

    @Property(tries = 200)
    void lock_behavesLikeAFlag(@ForAll("steps") List<Step> steps) throws Exception {
        var lock = new Lock();
        boolean locked = false;
        try (var party = new Party(MEMBERS)) {
            for (Step step : steps) {
                if (releases(step)) {
                    if (locked) {
                        party.let(step.member, () -> release(lock, lock, step.operation));
                    } else {
                        assertThrows(
                                IllegalMonitorStateException.class,
                                () -> party.let(step.member, () -> release(lock, lock, step.operation)));
                    }
                    locked = false;
                } else {
                    assertEquals(!locked, party.let(step.member, () -> acquire(lock, lock, step.operation)));
                    locked = true;
                }
                assertEquals(locked, lock.locked());
                assertEquals(locked, lock.toString().endsWith("[locked]"));
            }
        }
    }

    @Property(tries = 200)
    void rlock_behavesLikeAnOwnerAndACount(@ForAll("steps") List<Step> steps) throws Exception {
        var lock = new RLock();
        int owner = -1;
        int count = 0;
        try (var party = new Party(MEMBERS)) {
            for (Step step : steps) {
                if (releases(step)) {
                    if (owner == step.member) {
                        party.let(step.member, () -> release(lock, lock, step.operation));
                        count--;
                        owner = count == 0 ? -1 : owner;
                    } else {
                        assertThrows(
                                IllegalMonitorStateException.class,
                                () -> party.let(step.member, () -> release(lock, lock, step.operation)));
                    }
                } else {
                    boolean possible = count == 0 || owner == step.member;
                    assertEquals(possible, party.let(step.member, () -> acquire(lock, lock, step.operation)));
                    if (possible) {
                        owner = step.member;
                        count++;
                    }
                }
                assertEquals(count > 0, lock.locked());
                for (int member = 0; member < MEMBERS; member++) {
                    assertEquals(owner == member, party.let(member, lock::heldByCurrentThread));
                }
                assertEquals(count > 1, lock.toString().contains("[locked " + count + " times by member-" + owner));
            }
        }
    }

    private static boolean releases(Step step) {
        return step.operation == Operation.RELEASE || step.operation == Operation.UNLOCK;
    }

    private static boolean acquire(Acquirable ours, java.util.concurrent.locks.Lock theirs, Operation operation)
            throws InterruptedException {
        return switch (operation) {
            case TRY_ACQUIRE -> ours.tryAcquire();
            case TRY_LOCK -> theirs.tryLock();
            case ACQUIRE_ZERO -> ours.acquire(Duration.ZERO);
            case ACQUIRE_NEGATIVE -> ours.acquire(Duration.ofDays(-1));
            case TRY_LOCK_ZERO -> theirs.tryLock(0, TimeUnit.DAYS);
            case RELEASE, UNLOCK -> throw new AssertionError(operation);
        };
    }

    private static boolean release(Acquirable ours, java.util.concurrent.locks.Lock theirs, Operation operation) {
        if (operation == Operation.RELEASE) {
            ours.release();
        } else {
            theirs.unlock();
        }
        return true;
    }
}
