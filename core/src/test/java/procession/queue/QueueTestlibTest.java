// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;

/** Guava's suite for {@link java.util.Queue}. */
public final class QueueTestlibTest extends TestCase {

    /**
     * Returns the suites.
     *
     * @return one for each kind of queue, bounded and unbounded where it can be either
     */
    public static Test suite() {
        var suite = new TestSuite("Queues");
        suite.addTest(suiteOf("unbounded Queue", Queue::new, true));
        suite.addTest(suiteOf("bounded Queue", () -> new Queue<>(100), true));
        suite.addTest(suiteOf("SimpleQueue", SimpleQueue::new, true));
        suite.addTest(suiteOf("unbounded LifoQueue", LifoQueue::new, false));
        suite.addTest(suiteOf("bounded LifoQueue", () -> new LifoQueue<>(100), false));
        suite.addTest(suiteOf("unbounded PriorityQueue", PriorityQueue::new, false));
        suite.addTest(suiteOf("bounded PriorityQueue", () -> new PriorityQueue<>(100), false));
        return suite;
    }

    private static Test suiteOf(String name, Supplier<? extends java.util.Queue<String>> queues, boolean fifo) {
        var generator = new TestStringQueueGenerator() {
            @Override
            protected java.util.Queue<String> create(String[] elements) {
                java.util.Queue<String> queue = queues.get();
                queue.addAll(List.of(elements));
                return queue;
            }
        };
        List<Feature<?>> features = new ArrayList<>(List.of(CollectionSize.ANY, CollectionFeature.GENERAL_PURPOSE));
        if (fifo) { // the suite knows no other order than that of arrival
            features.add(CollectionFeature.KNOWN_ORDER);
        }
        return QueueTestSuiteBuilder.using(generator)
                .named(name)
                .withFeatures(features)
                .createTestSuite();
    }
}
