// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck.broken;

/** Increments in two steps, of which another thread's may come between. */
public final class BrokenCounter {
    private volatile int count;

    @SuppressWarnings("NonAtomicVolatileUpdate") // what is broken
    public int increment() {
        count++;
        return count;
    }
}
