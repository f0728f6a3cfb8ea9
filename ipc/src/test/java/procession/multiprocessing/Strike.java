// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One event of the {@link KillMatrix} on its way into a worker. It happens once, in the worker that comes to it first.
 *
 * @param event what is to happen
 * @param directory where the worker leaves its marks
 * @param printedBytes how much is printed, if that is what happens
 */
record Strike(KillEvent event, String directory, long printedBytes) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Where a worker came to the point, and when. */
    record At(long pid, long nanos) {}

    private Mark mark(String name) {
        return new Mark(Path.of(directory), name);
    }

    /** In the worker, at the point. */
    void land() throws Exception {
        try {
            Files.createFile(Path.of(directory, "once"));
        } catch (FileAlreadyExistsException hasHappened) {
            return;
        }
        // The clock is the machine's, so that a time in one process can be taken from a time in another.
        mark("at").add(Workers.pid() + " " + System.nanoTime());
        event.happen(this);
    }

    /** In the test: waits until a worker has come to the point. */
    At awaitAt() throws IOException {
        String[] line = mark("at").await().split(" ", 2);
        return new At(Long.parseLong(line[0]), Long.parseLong(line[1]));
    }

    /** In the worker: starts a process that holds the worker's streams open, and ends only if it is killed. */
    void startGrandchild() throws IOException, InterruptedException {
        java.lang.Process grandchild =
                new ProcessBuilder("sleep", "600").inheritIO().start();
        mark("grandchild").add(grandchild.pid());
        Workers.never();
    }

    /** The grandchildren that were started. */
    List<Long> grandchildren() throws IOException {
        return mark("grandchild").lines().stream().map(Long::valueOf).toList();
    }

    /** An argument: the strike lands where it is read. */
    static final class Argument implements Serializable {
        private static final long serialVersionUID = 1L;
        private final Strike strike;

        Argument(Strike strike) {
            this.strike = strike;
        }

        Strike strike() {
            return strike;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            try {
                strike.land();
            } catch (IOException | RuntimeException asMeant) {
                throw asMeant;
            } catch (Exception other) {
                throw new IOException(other);
            }
        }
    }

    /** A result: the strike lands where it is written. */
    static final class Result implements Serializable {
        private static final long serialVersionUID = 1L;
        private final Strike strike;

        Result(Strike strike) {
            this.strike = strike;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            try {
                strike.land();
            } catch (IOException | RuntimeException asMeant) {
                throw asMeant;
            } catch (Exception other) {
                throw new IOException(other);
            }
            out.defaultWriteObject();
        }
    }
}
