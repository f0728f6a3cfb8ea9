// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands over the values of thread-locals.
 *
 * @param locals which ones
 */
record ThreadLocalContext(List<ThreadLocal<?>> locals) implements ContextPropagation {
    @Override
    public Context capture() {
        List<Value<?>> values = new ArrayList<>(locals.size());
        for (ThreadLocal<?> local : locals) {
            values.add(Value.of(local));
        }
        return task -> run(values, 0, task);
    }

    /** Runs {@code task} with all values from {@code index} on; whatever happens on the way, those that were set are restored. */
    private static void run(List<Value<?>> values, int index, Runnable task) {
        if (index == values.size()) {
            task.run();
        } else {
            values.get(index).run(() -> run(values, index + 1, task));
        }
    }

    private record Value<V extends @Nullable Object>(ThreadLocal<V> local, V value) {
        static <V extends @Nullable Object> Value<V> of(ThreadLocal<V> local) {
            return new Value<>(local, local.get());
        }

        void run(Runnable task) {
            V before = local.get();
            try {
                local.set(value);
                task.run();
            } finally {
                if (before == null) {
                    local.remove(); // sooner or later null is its value again, and until then it takes no room
                } else {
                    local.set(before);
                }
            }
        }
    }
}
