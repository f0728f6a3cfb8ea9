// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.time.Duration;
import procession.threading.Condition;

/** A room for one writer alone, or for any number of readers. */
@SuppressWarnings("WaitNotInLoop") // awaitFor has the loop
final class SharedRoom {
    private final Condition changed = new Condition();
    private final boolean writersFirst;
    private int readers;
    private int waitingWriters;
    private boolean writing;
    private boolean lastCall;

    /**
     * Makes an empty room.
     *
     * @param writersFirst whether no reader comes in while a writer waits; otherwise readers that keep coming keep
     *     writers out for ever
     */
    SharedRoom(boolean writersFirst) {
        this.writersFirst = writersFirst;
    }

    void enterToRead() throws InterruptedException {
        changed.run(() -> {
            changed.awaitFor(this::isOpenForReaders);
            readers++;
            changed.signalAll();
        });
    }

    void leaveAsReader() throws InterruptedException {
        changed.run(() -> {
            readers--;
            changed.signalAll();
        });
    }

    /** Enters as soon as nobody is in, and returns {@code true}; {@code false} if that takes longer than {@code timeout}. */
    boolean enterToWrite(Duration timeout) throws InterruptedException {
        return changed.call(() -> {
            waitingWriters++;
            changed.signalAll();
            try {
                boolean entered = changed.awaitFor(() -> readers == 0 && !writing, timeout);
                writing |= entered;
                return entered;
            } finally {
                waitingWriters--;
                changed.signalAll();
            }
        });
    }

    void leaveAsWriter() throws InterruptedException {
        changed.run(() -> {
            writing = false;
            changed.signalAll();
        });
    }

    /** Leaves as soon as another reader is in, or none may come in, or it is the last call: the room is not left empty before. */
    void leaveAsReaderToAnother() throws InterruptedException {
        changed.run(() -> {
            changed.awaitFor(() -> readers > 1 || !isOpenForReaders() || lastCall);
            readers--;
            changed.signalAll();
        });
    }

    /** Says that no reader is to wait for another any more. */
    void lastCall() throws InterruptedException {
        changed.run(() -> {
            lastCall = true;
            changed.signalAll();
        });
    }

    private boolean isOpenForReaders() {
        return !writing && (!writersFirst || waitingWriters == 0);
    }
}
