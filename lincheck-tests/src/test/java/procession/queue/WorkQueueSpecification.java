// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import procession.modelcheck.Blocked;

/** What the calls of {@link WorkQueueOperations} have to return if one thread makes them. */
abstract class WorkQueueSpecification {
    /** Where in the elements, of which the first comes out first, a new one goes. */
    enum Order {
        FIFO {
            @Override
            int place(List<Integer> elements, int element) {
                return elements.size();
            }
        },
        LIFO {
            @Override
            int place(List<Integer> elements, int element) {
                return 0;
            }
        },
        PRIORITY {
            @Override
            int place(List<Integer> elements, int element) {
                return (int) elements.stream().filter(other -> other <= element).count();
            }
        };

        abstract int place(List<Integer> elements, int element);
    }

    private final int capacity;
    private final Order order;
    private final List<Integer> elements = new ArrayList<>();
    private long unfinished;
    private boolean shutdown;
    private boolean late;

    WorkQueueSpecification(int maxsize, Order order) {
        this.capacity = maxsize > 0 ? maxsize : Integer.MAX_VALUE;
        this.order = order;
    }

    public boolean offer(int element) {
        if (shutdown || elements.size() >= capacity) {
            return false;
        }
        elements.add(order.place(elements, element), element);
        unfinished++;
        return true;
    }

    public boolean offerWithoutTime(int element) {
        return offer(element);
    }

    public boolean offerInTime(int element) {
        if (offer(element)) {
            return true;
        }
        requireNotWaiting();
        return false;
    }

    private void requireNotWaiting() {
        if (!late && !shutdown) {
            throw new Blocked();
        }
    }

    public void put(int element) {
        if (!offer(element)) {
            throw shutdown ? new ShutDown("") : new Blocked();
        }
    }

    public void putNowait(int element) {
        if (!offer(element)) {
            throw shutdown ? new ShutDown("") : new Full("");
        }
    }

    public @Nullable Integer poll() {
        return elements.isEmpty() ? null : elements.remove(0);
    }

    public @Nullable Integer pollWithoutTime() {
        return poll();
    }

    public @Nullable Integer pollInTime() {
        if (elements.isEmpty()) {
            requireNotWaiting();
        }
        return poll();
    }

    public int take() {
        if (elements.isEmpty()) {
            throw shutdown ? new ShutDown("") : new Blocked();
        }
        return elements.remove(0);
    }

    public int getNowait() {
        if (elements.isEmpty()) {
            throw shutdown ? new ShutDown("") : new Empty("");
        }
        return elements.remove(0);
    }

    public @Nullable Integer peek() {
        return elements.isEmpty() ? null : elements.get(0);
    }

    public int size() {
        return elements.size();
    }

    public int remainingCapacity() {
        if (shutdown) {
            return 0;
        }
        return capacity == Integer.MAX_VALUE ? capacity : capacity - elements.size();
    }

    public boolean contains(int element) {
        return elements.contains(element);
    }

    public boolean remove(int element) {
        boolean removed = elements.remove((Integer) element);
        finish(removed ? 1 : 0);
        return removed;
    }

    public boolean removeAllEqual(int number) {
        return removeIf(element -> element == number);
    }

    public boolean removeUpTo(int number) {
        return removeIf(element -> element <= number);
    }

    private boolean removeIf(Predicate<Integer> filter) {
        int before = elements.size();
        elements.removeIf(filter);
        finish(before - elements.size());
        return elements.size() < before;
    }

    public void removeByIterator(int number) {
        remove(number);
    }

    private void finish(int tasks) {
        unfinished = Math.max(0, unfinished - tasks);
    }

    public List<Integer> elements() {
        return List.copyOf(elements);
    }

    public List<Integer> drain() {
        return drainAtMost(Integer.MAX_VALUE);
    }

    public List<Integer> drainAtMost(int most) {
        List<Integer> first = elements.subList(0, Math.min(most, elements.size()));
        List<Integer> drained = List.copyOf(first);
        first.clear();
        return drained;
    }

    public void clear() {
        finish(elements.size());
        elements.clear();
    }

    public void taskDone() {
        if (unfinished == 0) {
            throw new IllegalStateException();
        }
        unfinished--;
    }

    public long unfinishedTasks() {
        return unfinished;
    }

    public void join() {
        if (unfinished > 0) {
            throw new Blocked();
        }
    }

    public boolean joinWithoutTime() {
        return unfinished == 0;
    }

    public boolean joinInTime() {
        if (unfinished > 0 && !late) {
            throw new Blocked();
        }
        return unfinished == 0;
    }

    public void shutdown() {
        shutdown = true;
    }

    public void shutdownNow() {
        clear();
        shutdown = true;
    }

    public void timePasses() {
        late = true;
    }

    public void pollInTimeAndPutBack() {}

    public void offerInTimeAndPoll(int element) {}

    public void takeOrBeInterruptedAndPutBack() {}

    public void putOrBeInterruptedAndPoll(int element) {}

    public void interrupt() {}
}
