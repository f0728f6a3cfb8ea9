// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.atomic.AtomicBoolean;

/** Releases its source at the first close only. */
final class HeldOnce implements Held {
    private final Acquirable source;
    private final AtomicBoolean released = new AtomicBoolean();

    HeldOnce(Acquirable source) {
        this.source = source;
    }

    @Override
    public void close() {
        if (released.compareAndSet(false, true)) {
            try {
                source.release();
            } catch (Throwable failure) {
                released.set(false); // nothing was given back: the rightful owner may still close it
                throw failure;
            }
        }
    }
}
