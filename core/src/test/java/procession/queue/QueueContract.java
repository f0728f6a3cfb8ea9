// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Delays;

/** The rules of a {@link WorkQueue} that one thread can see. What several threads see is in {@link ConcurrentQueueContract}. */
public abstract class QueueContract {

    private static final Duration ZERO = Duration.ZERO;
    private static final Duration NEGATIVE = Duration.ofSeconds(-1);
    private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE);
    private static final Duration SHORTEST = Duration.ofSeconds(Long.MIN_VALUE);

    /**
     * Returns a new queue.
     *
     * @param maxsize its bound
     * @return the queue, empty
     */
    protected abstract WorkQueue<Integer> create(int maxsize);

    /**
     * Returns the order in which the queue gives elements.
     *
     * @param put elements in the order in which they are put, all before the first is got
     * @return the same elements
     */
    protected abstract List<Integer> order(List<Integer> put);

    private WorkQueue<Integer> queueOf(int maxsize, Integer... elements) {
        WorkQueue<Integer> queue = create(maxsize);
        Collections.addAll(queue, elements);
        return queue;
    }

    // Bounds and snapshots

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 63, 64, 65, 100, 128, 1000})
    void maxsize_isExact(int maxsize) {
        WorkQueue<Integer> queue = create(maxsize);

        for (int i = 0; i < maxsize; i++) {
            assertFalse(queue.full());
            assertEquals(maxsize - i, queue.remainingCapacity());
            queue.putNowait(i);
            assertEquals(i + 1, queue.qsize());
        }

        assertTrue(queue.full());
        assertEquals(0, queue.remainingCapacity());
        assertThrows(Full.class, () -> queue.putNowait(-1));
        assertFalse(queue.offer(-1));
        assertEquals(maxsize, queue.qsize());
        assertEquals(maxsize, queue.maxsize());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void maxsize_notPositive_isUnbounded(int maxsize) {
        WorkQueue<Integer> queue = create(maxsize);

        IntStream.range(0, 10_000).forEach(queue::putNowait);

        assertEquals(10_000, queue.qsize());
        assertFalse(queue.full());
        assertEquals(Integer.MAX_VALUE, queue.remainingCapacity());
        assertEquals(maxsize, queue.maxsize());
    }

    @Test
    void maxsize_huge_takesNoRoomBeforehand() {
        assertEquals(Integer.MAX_VALUE, create(Integer.MAX_VALUE).remainingCapacity());
    }

    @Test
    void newQueue_isEmpty() {
        WorkQueue<Integer> queue = create(3);

        assertTrue(queue.empty());
        assertTrue(queue.isEmpty());
        assertFalse(queue.full());
        assertFalse(queue.isShutdown());
        assertEquals(0, queue.qsize());
        assertEquals(0, queue.size());
        assertEquals(0, queue.unfinishedTasks());
    }

    // Putting and getting

    @Test
    void get_inOrder() throws InterruptedException {
        List<Integer> put = List.of(5, 1, 4, 1, 3, 2);
        WorkQueue<Integer> queue = create(0);
        queue.put(5);
        queue.put(1, ZERO);
        queue.putNowait(4);
        queue.add(1);
        queue.offer(3);
        queue.offer(2, 0, TimeUnit.SECONDS);

        Iterator<Integer> expected = order(put).iterator();
        assertEquals(expected.next(), queue.get());
        assertEquals(expected.next(), queue.get(ZERO));
        assertEquals(expected.next(), queue.getNowait());
        assertEquals(expected.next(), queue.take());
        assertEquals(expected.next(), queue.poll());
        assertEquals(expected.next(), queue.poll(0, TimeUnit.SECONDS));
        assertTrue(queue.empty());
    }

    @Test
    void peek_leavesTheElement() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2);
        Integer next = order(List.of(1, 2)).get(0);

        assertEquals(next, queue.peek());
        assertEquals(next, queue.element());
        assertEquals(2, queue.size());
        assertEquals(next, queue.remove());
    }

    @Test
    void peek_isWhatIsGotNext() {
        WorkQueue<Integer> queue = create(0);
        IntStream.range(0, 200).forEach(queue::add);

        while (!queue.empty()) {
            assertEquals(queue.peek(), queue.getNowait());
        }
    }

    @Test
    void full_isReportedByEachMethodInItsWay() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(1, 0);

        assertThrows(Full.class, () -> queue.putNowait(1));
        assertThrows(Full.class, () -> queue.add(1));
        assertThrows(Full.class, () -> queue.addAll(List.of(1)));
        assertThrows(Full.class, () -> queue.put(1, ZERO));
        assertThrows(Full.class, () -> queue.put(1, NEGATIVE));
        assertThrows(Full.class, () -> queue.put(1, SHORTEST));
        assertFalse(queue.offer(1));
        assertFalse(queue.offer(1, 0, TimeUnit.SECONDS));
        assertFalse(queue.offer(1, -1, TimeUnit.DAYS));
        assertEquals(1, queue.unfinishedTasks());
        assertEquals(List.of(0), new ArrayList<>(queue));
    }

    @Test
    void empty_isReportedByEachMethodInItsWay() throws InterruptedException {
        WorkQueue<Integer> queue = create(1);

        assertThrows(Empty.class, queue::getNowait);
        assertThrows(Empty.class, () -> queue.get(ZERO));
        assertThrows(Empty.class, () -> queue.get(NEGATIVE));
        assertThrows(Empty.class, () -> queue.get(SHORTEST));
        assertThrows(Empty.class, queue::remove);
        assertThrows(Empty.class, queue::element);
        assertNull(queue.poll());
        assertNull(queue.poll(0, TimeUnit.SECONDS));
        assertNull(queue.poll(-1, TimeUnit.DAYS));
        assertNull(queue.peek());
    }

    @Test
    void exceptions_areTheJdksKinds() {
        assertInstanceOf(IllegalStateException.class, new Full(""));
        assertInstanceOf(IllegalStateException.class, new ShutDown(""));
        assertInstanceOf(NoSuchElementException.class, new Empty(""));
    }

    @Test
    void timeouts_areWaited() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(1, 0);
        long brief = Delays.brief().toNanos();

        assertTakes(brief, () -> assertThrows(Full.class, () -> queue.put(1, Delays.brief())));
        assertTakes(brief, () -> assertFalse(queue.offer(1, brief, TimeUnit.NANOSECONDS)));
        assertTakes(brief, () -> assertFalse(queue.join(Delays.brief())));
        queue.clear();
        assertTakes(brief, () -> assertThrows(Empty.class, () -> queue.get(Delays.brief())));
        assertTakes(brief, () -> assertNull(queue.poll(brief, TimeUnit.NANOSECONDS)));
    }

    @Test
    void timeouts_noneIsTooLong() throws InterruptedException {
        WorkQueue<Integer> queue = create(1);

        queue.put(1, LONGEST);
        assertEquals(1, queue.get(LONGEST));
        assertTrue(queue.offer(2, Long.MAX_VALUE, TimeUnit.DAYS));
        assertEquals(2, queue.poll(Long.MAX_VALUE, TimeUnit.DAYS));
        queue.taskDone();
        queue.taskDone();
        assertTrue(queue.join(LONGEST));
    }

    @Test
    void nulls_areRefused() {
        var tester =
                new NullPointerTester().setDefault(Duration.class, ZERO).setDefault(TimeUnit.class, TimeUnit.SECONDS);
        tester.testAllPublicInstanceMethods(create(0));
        tester.testAllPublicInstanceMethods(queueOf(1, 1));
        assertFalse(create(0).contains(null));
        assertFalse(create(0).remove(null));
    }

    @Test
    void nulls_areRefusedEvenByAShutDownQueue() {
        WorkQueue<Integer> queue = create(0);
        queue.shutdown();

        new NullPointerTester()
                .setDefault(Duration.class, ZERO)
                .setDefault(TimeUnit.class, TimeUnit.SECONDS)
                .testAllPublicInstanceMethods(queue);
    }

    // Tasks

    @Test
    void unfinishedTasks_countsWhatIsPutByAnyMethod() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        queue.put(1);
        queue.put(2, ZERO);
        queue.putNowait(3);
        queue.add(4);
        queue.offer(5);
        queue.offer(6, 0, TimeUnit.SECONDS);
        queue.addAll(List.of(7, 8));
        assertEquals(8, queue.unfinishedTasks());
    }

    @Test
    void unfinishedTasks_isNotChangedByGetting() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3, 4, 5, 6, 7, 8);

        queue.get();
        queue.get(ZERO);
        queue.getNowait();
        queue.take();
        queue.poll();
        queue.poll(0, TimeUnit.SECONDS);
        queue.remove();
        queue.drainTo(new ArrayList<>());

        assertEquals(8, queue.unfinishedTasks());
        for (int i = 0; i < 8; i++) {
            assertFalse(queue.join(ZERO));
            queue.taskDone();
        }
        assertTrue(queue.join(ZERO));
        queue.join();
    }

    @Test
    void taskDone_surplus_isRefusedAndChangesNothing() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        assertThrows(IllegalStateException.class, queue::taskDone);

        queue.put(1);
        queue.taskDone();
        assertThrows(IllegalStateException.class, queue::taskDone);
        assertEquals(0, queue.unfinishedTasks());
    }

    @Test
    void taskDone_mayComeBeforeGet() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(0, 1);

        queue.taskDone();

        assertTrue(queue.join(ZERO));
        assertEquals(1, queue.get());
        assertEquals(0, queue.unfinishedTasks());
    }

    @Test
    void join_isReusable() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        for (int i = 0; i < 3; i++) {
            assertTrue(queue.join(NEGATIVE));
            queue.put(i);
            assertFalse(queue.join(SHORTEST));
            queue.get();
            queue.taskDone();
        }
        queue.join();
    }

    @Test
    void removalInside_finishesTheTask() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

        assertTrue(queue.remove((Object) 3));
        assertEquals(8, queue.unfinishedTasks());
        assertFalse(queue.remove((Object) 3));
        assertEquals(8, queue.unfinishedTasks());
        assertTrue(queue.removeIf(element -> element > 7));
        assertEquals(6, queue.unfinishedTasks());
        Iterator<Integer> iterator = queue.iterator();
        iterator.next();
        iterator.remove();
        assertEquals(5, queue.unfinishedTasks());
        List<Integer> rest = new ArrayList<>(queue);
        assertTrue(queue.removeAll(rest.subList(0, 2)));
        assertEquals(3, queue.unfinishedTasks());
        assertTrue(queue.retainAll(rest.subList(2, 4)));
        assertEquals(2, queue.unfinishedTasks());
        queue.clear();
        assertEquals(0, queue.unfinishedTasks());
    }

    @Test
    void removalInside_neverPassesZero() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3, 4);
        for (int i = 0; i < 4; i++) {
            queue.taskDone();
        }

        assertTrue(queue.remove((Object) 2));
        queue.removeIf(element -> element == 3);
        queue.clear();

        assertEquals(0, queue.unfinishedTasks());
        assertThrows(IllegalStateException.class, queue::taskDone);
    }

    @Test
    void removalInside_makesRoom() {
        WorkQueue<Integer> queue = queueOf(3, 1, 2, 3);

        queue.remove((Object) 2);

        assertEquals(1, queue.remainingCapacity());
        assertTrue(queue.offer(4));
        assertFalse(queue.offer(5));
        assertEquals(order(List.of(1, 3, 4)), gotFrom(queue));
    }

    // Shutting down

    @Test
    void shutdown_refusesNewElements() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(2, 0);

        queue.shutdown();

        assertTrue(queue.isShutdown());
        assertThrows(ShutDown.class, () -> queue.put(1));
        assertThrows(ShutDown.class, () -> queue.put(1, LONGEST));
        assertThrows(ShutDown.class, () -> queue.put(1, ZERO));
        assertThrows(ShutDown.class, () -> queue.putNowait(1));
        assertThrows(ShutDown.class, () -> queue.add(1));
        assertThrows(ShutDown.class, () -> queue.addAll(List.of(1)));
        assertFalse(queue.offer(1));
        assertFalse(queue.offer(1, 1, TimeUnit.DAYS));
        assertEquals(0, queue.remainingCapacity());
        assertEquals(1, queue.size());
        assertEquals(1, queue.unfinishedTasks());
    }

    @Test
    void shutdown_comesBeforeFull() {
        WorkQueue<Integer> queue = queueOf(1, 0);

        queue.shutdown();

        assertThrows(ShutDown.class, () -> queue.put(1));
        assertThrows(ShutDown.class, () -> queue.put(1, ZERO));
        assertThrows(ShutDown.class, () -> queue.putNowait(1));
        assertThrows(ShutDown.class, () -> queue.add(1));
        assertTrue(queue.full());
    }

    @Test
    void shutdown_givesWhatIsThere() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3, 4, 5, 6, 7);
        queue.shutdown();
        queue.shutdown(false);

        List<Integer> got = new ArrayList<>();
        got.add(queue.get());
        got.add(queue.get(LONGEST));
        got.add(queue.getNowait());
        got.add(queue.take());
        got.add(queue.poll());
        got.add(queue.poll(1, TimeUnit.DAYS));
        assertEquals(1, queue.drainTo(got));

        assertEquals(order(List.of(1, 2, 3, 4, 5, 6, 7)), got);
        assertThrows(ShutDown.class, queue::get);
        assertFalse(queue.join(ZERO));
        for (int i = 0; i < 7; i++) {
            queue.taskDone();
        }
        queue.join();
    }

    @Test
    void shutdown_empty_isReportedByEachMethodInItsWay() throws InterruptedException {
        WorkQueue<Integer> queue = create(1);
        queue.shutdown();

        assertThrows(ShutDown.class, queue::get);
        assertThrows(ShutDown.class, () -> queue.get(LONGEST));
        assertThrows(ShutDown.class, () -> queue.get(ZERO));
        assertThrows(ShutDown.class, queue::getNowait);
        assertThrows(ShutDown.class, queue::take);
        assertThrows(Empty.class, queue::remove);
        assertThrows(Empty.class, queue::element);
        assertNull(queue.poll());
        assertNull(queue.poll(1, TimeUnit.DAYS));
        assertNull(queue.peek());
        assertEquals(0, queue.drainTo(new ArrayList<>()));
        assertFalse(queue.iterator().hasNext());
    }

    @Test
    void shutdown_immediate_dropsWhatIsThere() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);

        queue.shutdown(true);

        assertTrue(queue.isShutdown());
        assertTrue(queue.empty());
        assertEquals(0, queue.unfinishedTasks());
        assertTrue(queue.join(ZERO));
        assertThrows(ShutDown.class, queue::get);
        assertThrows(ShutDown.class, () -> queue.putNowait(1));
        assertThrows(IllegalStateException.class, queue::taskDone);
    }

    @Test
    void shutdown_immediate_waitsForWhatWasGot() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);
        queue.get();

        queue.shutdown(true);

        assertEquals(1, queue.unfinishedTasks());
        assertFalse(queue.join(ZERO));
        queue.taskDone();
        assertTrue(queue.join(ZERO));
        assertThrows(IllegalStateException.class, queue::taskDone);
    }

    @Test
    void shutdown_immediate_neverPassesZero() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2);
        queue.taskDone();

        queue.shutdown(true);

        assertEquals(0, queue.unfinishedTasks());
    }

    @Test
    void shutdown_mayBecomeImmediate_andNotBack() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2);

        queue.shutdown(false);
        assertEquals(2, queue.size());
        queue.shutdown(true);
        assertEquals(0, queue.size());
        queue.shutdown(true);
        queue.shutdown(false);

        assertTrue(queue.isShutdown());
        assertEquals(0, queue.unfinishedTasks());
        assertThrows(ShutDown.class, () -> queue.putNowait(1));
    }

    @Test
    void shutdown_allowsRemovalInside() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);
        queue.shutdown();

        assertTrue(queue.remove((Object) 2));
        assertTrue(queue.removeIf(element -> element == 1));

        assertEquals(1, queue.unfinishedTasks());
        assertEquals(List.of(3), gotFrom(queue));
    }

    // Draining

    @Test
    void drainTo_takesInOrder_upToMax() {
        WorkQueue<Integer> queue = queueOf(5, 3, 1, 2, 5, 4);
        List<Integer> expected = order(List.of(3, 1, 2, 5, 4));
        List<Integer> sink = new ArrayList<>();

        assertEquals(0, queue.drainTo(sink, 0));
        assertEquals(0, queue.drainTo(sink, -1));
        assertEquals(2, queue.drainTo(sink, 2));
        assertEquals(expected.subList(0, 2), sink);
        assertEquals(2, queue.remainingCapacity());
        assertEquals(3, queue.drainTo(sink, 100));
        assertEquals(expected, sink);
        assertEquals(0, queue.drainTo(sink));
    }

    @Test
    void drainTo_itself_isRefused() {
        WorkQueue<Integer> queue = queueOf(0, 1);
        Collection<Integer> same = queue;
        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(same));
        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(same, 0));
        assertThrows(IllegalArgumentException.class, () -> queue.addAll(same));
        assertEquals(1, queue.size());
    }

    @Test
    void drainTo_sinkThrows_losesNothing() throws InterruptedException {
        List<Integer> put = IntStream.range(0, 100).boxed().toList();
        for (int room : new int[] {0, 1, 63, 64, 65, 99}) {
            WorkQueue<Integer> queue = create(100);
            queue.addAll(put);
            WorkQueue<Integer> sink = create(room + 1);
            sink.put(-1);
            if (room == 0) {
                sink.shutdown();
            }

            assertThrows(IllegalStateException.class, () -> queue.drainTo(sink));

            assertEquals(100 - room, queue.size());
            assertEquals(100, queue.unfinishedTasks());
            assertEquals(order(put).subList(room, 100), gotFrom(queue));
        }
    }

    @Test
    void drainTo_sinkThrowsAfterImmediateShutdown_dropsTheRest() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);

        assertThrows(
                UnsupportedOperationException.class,
                () -> queue.drainTo(new AbstractCollection<>() {
                    @Override
                    public boolean add(Integer element) {
                        queue.shutdown(true);
                        throw new UnsupportedOperationException();
                    }

                    @Override
                    public Iterator<Integer> iterator() {
                        throw new AssertionError();
                    }

                    @Override
                    public int size() {
                        throw new AssertionError();
                    }
                }));

        assertTrue(queue.empty());
        assertEquals(0, queue.unfinishedTasks());
    }

    // The inside

    @Test
    void contains_seesEqualElements() {
        WorkQueue<Integer> queue = queueOf(0, 1000, 2000);
        assertTrue(queue.contains(Integer.valueOf(1000)));
        assertTrue(queue.containsAll(List.of(2000, 1000)));
        assertFalse(queue.contains(3000));
        assertFalse(queue.contains((Object) "1000"));
    }

    @Test
    void toArray_isTheElements() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);

        assertEquals(List.of(1, 2, 3), sorted(queue.toArray()));
        assertEquals(List.of(1, 2, 3), sorted((Object[]) queue.toArray(new Integer[0])));
        assertEquals(List.of(1, 2, 3), sorted((Object[]) queue.toArray(Integer[]::new)));
        Integer[] exact = new Integer[3];
        assertSame(exact, queue.toArray(exact));
        Integer[] longer = {9, 9, 9, 9, 9};
        assertSame(longer, queue.toArray(longer));
        assertNull(longer[3]);
        assertEquals(9, longer[4]);
        Object[] tooSpecial = new String[0];
        assertThrows(ArrayStoreException.class, () -> queue.toArray(tooSpecial));
        assertArrayEquals(new Object[0], create(0).toArray());
        assertEquals(3, queue.size());
    }

    @Test
    void iterator_walksOverWhatIsThereAllTheTime() {
        WorkQueue<Integer> queue = create(0);
        IntStream.range(0, 300).forEach(queue::add);
        List<Integer> seen = new ArrayList<>();

        for (Integer element : queue) {
            seen.add(element);
            queue.remove((Object) (element + 1000));
            if (element < 300) {
                queue.add(element + 1000);
            }
            if (seen.size() > 1000) {
                break;
            }
        }

        List<Integer> first = seen.stream().filter(element -> element < 300).toList();
        assertEquals(IntStream.range(0, 300).boxed().toList(), sorted(first.toArray()));
    }

    @Test
    void iterator_remove_removesTheVeryElement() {
        Integer twin = 1000;
        WorkQueue<Integer> queue = queueOf(0, twin, 2000, twin);
        Iterator<Integer> iterator = queue.iterator();
        List<Integer> walked = new ArrayList<>();
        iterator.forEachRemaining(walked::add);
        assertThrows(NoSuchElementException.class, iterator::next);

        iterator.remove();

        assertThrows(IllegalStateException.class, iterator::remove);
        assertEquals(walked.subList(0, 2), new ArrayList<>(queue));
        assertThrows(IllegalStateException.class, () -> queue.iterator().remove());
    }

    @Test
    void iterator_remove_afterHasNext_removesTheElementBefore() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);
        Iterator<Integer> iterator = queue.iterator();
        Integer first = iterator.next();
        assertTrue(iterator.hasNext());

        iterator.remove();

        assertFalse(queue.contains(first));
        assertEquals(2, queue.size());
        assertFalse(first.equals(iterator.next()));
    }

    @Test
    void iterator_remove_elementIsGone_changesNothing() throws InterruptedException {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);
        Iterator<Integer> iterator = queue.iterator();
        iterator.next();
        queue.clear();
        queue.put(4);

        iterator.remove();

        assertEquals(1, queue.size());
        assertEquals(1, queue.unfinishedTasks());
    }

    @Test
    void removeIf_mayUseTheQueueItself() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3, 4);

        queue.removeIf(element -> element % 2 == 0 && queue.contains(element) && queue.offer(element + 5));

        assertEquals(List.of(1, 3, 7, 9), sorted(queue.toArray()));
    }

    @Test
    void removeIf_predicateThrows_leavesTheRest() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3, 4);

        assertThrows(
                StackOverflowError.class,
                () -> queue.removeIf(element -> {
                    throw new StackOverflowError();
                }));

        assertEquals(4, queue.size());
        assertEquals(order(List.of(1, 2, 3, 4)), gotFrom(queue));
    }

    @Test
    void stream_isWeaklyConsistent() {
        WorkQueue<Integer> queue = queueOf(0, 1, 2, 3);

        var stream = queue.stream().peek(element -> queue.poll());

        assertTrue(stream.count() <= 3);
        assertTrue(queue.spliterator().hasCharacteristics(Spliterator.CONCURRENT | Spliterator.NONNULL));
        assertFalse(queue.spliterator().hasCharacteristics(Spliterator.SIZED));
    }

    @Test
    void equality_isIdentity() {
        WorkQueue<Integer> queue = queueOf(0, 1);
        assertEquals(queue, queue);
        assertFalse(queue.equals(queueOf(0, 1)));
    }

    @Test
    void toString_showsTheElements() {
        assertEquals("[7]", queueOf(0, 7).toString());
    }

    // Interrupts

    @Test
    void interrupted_whereItMustWait_throwsAndChangesNothing() throws InterruptedException {
        WorkQueue<Integer> full = queueOf(1, 0);
        WorkQueue<Integer> empty = create(1);

        assertInterruptible(() -> full.put(1));
        assertInterruptible(() -> full.put(1, LONGEST));
        assertInterruptible(() -> full.offer(1, 1, TimeUnit.DAYS));
        assertInterruptible(() -> full.join());
        assertInterruptible(() -> full.join(LONGEST));
        assertInterruptible(() -> empty.get());
        assertInterruptible(() -> empty.get(LONGEST));
        assertInterruptible(() -> empty.take());
        assertInterruptible(() -> empty.poll(1, TimeUnit.DAYS));

        assertEquals(1, full.unfinishedTasks());
        assertEquals(List.of(0), gotFrom(full));
        assertEquals(0, empty.unfinishedTasks());
    }

    @Test
    void interrupted_whereItNeverWaits_keepsTheFlag() {
        WorkQueue<Integer> queue = create(1);
        Thread.currentThread().interrupt();
        try {
            queue.putNowait(1);
            assertFalse(queue.offer(2));
            assertEquals(1, queue.getNowait());
            assertNull(queue.poll());
            queue.taskDone();
            queue.shutdown(true);
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    private interface Waiting {
        void run() throws InterruptedException;
    }

    private static void assertInterruptible(Waiting call) {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, call::run);
        assertFalse(Thread.interrupted());
    }

    private static void assertTakes(long nanos, Waiting call) throws InterruptedException {
        long start = System.nanoTime();
        call.run();
        assertTrue(System.nanoTime() - start >= nanos);
    }

    private static List<Integer> gotFrom(WorkQueue<Integer> queue) {
        List<Integer> got = new ArrayList<>();
        for (Integer element; (element = queue.poll()) != null; ) {
            got.add(element);
        }
        return got;
    }

    private static List<Integer> sorted(Object[] elements) {
        return Arrays.stream(elements).map(Integer.class::cast).sorted().toList();
    }
}
