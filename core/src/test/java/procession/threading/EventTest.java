// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import com.google.common.testing.NullPointerTester;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventTest extends EventContract {
    @Override
    protected Subject create() {
        return new Ours(new Event());
    }

    private record Ours(Event event) implements Subject {
        @Override
        public void set() {
            event.set();
        }

        @Override
        public void clear() {
            event.clear();
        }

        @Override
        public boolean isSet() {
            return event.isSet();
        }

        @Override
        public void await() throws InterruptedException {
            event.await();
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            return event.await(timeout);
        }

        @Override
        public String toString() {
            return event.toString();
        }
    }

    @Test
    void nullArguments_areRefused() {
        new NullPointerTester().testAllPublicInstanceMethods(new Event());
    }
}
