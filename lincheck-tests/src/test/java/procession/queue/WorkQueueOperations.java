// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.modelcheck.Interruptible;
import procession.modelcheck.ModelTime;

/** What the scenarios call; a subclass says of which queue, and which of these may come in random ones. */
abstract class WorkQueueOperations {
    private static final Duration SOME_TIME = Duration.ofSeconds(1);

    private final WorkQueue<Integer> queue;
    private final Interruptible interruptible = new Interruptible();

    WorkQueueOperations(WorkQueue<Integer> queue) {
        ModelTime.reset();
        this.queue = queue;
    }

    public boolean offer(int element) {
        return queue.offer(element);
    }

    public boolean offerWithoutTime(int element) throws InterruptedException {
        return queue.offer(element, 0, TimeUnit.SECONDS);
    }

    public boolean offerInTime(int element) throws InterruptedException {
        ModelTime.beforeWait();
        return queue.offer(element, 1, TimeUnit.SECONDS);
    }

    public void put(int element) throws InterruptedException {
        queue.put(element);
    }

    public void putNowait(int element) {
        queue.putNowait(element);
    }

    public @Nullable Integer poll() {
        return queue.poll();
    }

    public @Nullable Integer pollWithoutTime() throws InterruptedException {
        return queue.poll(0, TimeUnit.SECONDS);
    }

    public @Nullable Integer pollInTime() throws InterruptedException {
        ModelTime.beforeWait();
        return queue.poll(1, TimeUnit.SECONDS);
    }

    public int take() throws InterruptedException {
        return queue.take();
    }

    public int getNowait() {
        return queue.getNowait();
    }

    public @Nullable Integer peek() {
        return queue.peek();
    }

    public int size() {
        return queue.size();
    }

    public int remainingCapacity() {
        return queue.remainingCapacity();
    }

    public boolean contains(int element) {
        return queue.contains(element);
    }

    public boolean remove(int element) {
        return queue.remove((Object) element);
    }

    public boolean removeAllEqual(int number) {
        return queue.removeIf(element -> element == number);
    }

    public boolean removeUpTo(int number) {
        return queue.removeIf(element -> element <= number);
    }

    /** Removes the first that is equal, if it shows and is still there then. */
    public void removeByIterator(int number) {
        for (Iterator<Integer> iterator = queue.iterator(); iterator.hasNext(); ) {
            if (iterator.next() == number) {
                iterator.remove();
                return;
            }
        }
    }

    public List<Integer> elements() {
        return List.of(queue.toArray(new Integer[0]));
    }

    public List<Integer> drain() {
        return drainAtMost(Integer.MAX_VALUE);
    }

    public List<Integer> drainAtMost(int most) {
        List<Integer> sink = new ArrayList<>();
        queue.drainTo(sink, most);
        return sink;
    }

    public void clear() {
        queue.clear();
    }

    public void taskDone() {
        queue.taskDone();
    }

    public long unfinishedTasks() {
        return queue.unfinishedTasks();
    }

    public void join() throws InterruptedException {
        queue.join();
    }

    public boolean joinWithoutTime() throws InterruptedException {
        return queue.join(Duration.ZERO);
    }

    public boolean joinInTime() throws InterruptedException {
        ModelTime.beforeWait();
        return queue.join(SOME_TIME);
    }

    public void shutdown() {
        queue.shutdown(false);
    }

    public void shutdownNow() {
        queue.shutdown(true);
    }

    public void timePasses() {
        ModelTime.pass();
    }

    /** Changes nothing in the end, whether it gets an element or not. */
    public void pollInTimeAndPutBack() throws InterruptedException {
        Integer element = pollInTime();
        if (element != null) {
            queue.put(element);
        }
    }

    /** Changes nothing in the end if all elements are equal, whether it gets a place or not. */
    public void offerInTimeAndPoll(int element) throws InterruptedException {
        if (offerInTime(element)) {
            queue.poll();
        }
    }

    /** As {@link #pollInTimeAndPutBack}. */
    public void takeOrBeInterruptedAndPutBack() throws InterruptedException {
        Integer element = interruptible.call(queue::take);
        if (element != null) {
            queue.put(element);
        }
    }

    /** As {@link #offerInTimeAndPoll}. */
    public void putOrBeInterruptedAndPoll(int element) {
        Boolean isPut = interruptible.call(() -> {
            queue.put(element);
            return true;
        });
        if (isPut != null) {
            queue.poll();
        }
    }

    /** Interrupts the one wait that can be interrupted, even if it begins later. */
    public void interrupt() {
        interruptible.interrupt();
    }
}
