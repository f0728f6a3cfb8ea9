// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
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
     * @return one for a bounded queue, one for an unbounded queue
     */
    public static Test suite() {
        var suite = new TestSuite("Queue");
        suite.addTest(suiteOf("unbounded Queue", Queue::new));
        suite.addTest(suiteOf("bounded Queue", () -> new Queue<>(100)));
        return suite;
    }

    private static Test suiteOf(String name, Supplier<Queue<String>> queues) {
        var generator = new TestStringQueueGenerator() {
            @Override
            protected java.util.Queue<String> create(String[] elements) {
                Queue<String> queue = queues.get();
                queue.addAll(List.of(elements));
                return queue;
            }
        };
        return QueueTestSuiteBuilder.using(generator)
                .named(name)
                .withFeatures(CollectionSize.ANY, CollectionFeature.GENERAL_PURPOSE, CollectionFeature.KNOWN_ORDER)
                .createTestSuite();
    }
}
