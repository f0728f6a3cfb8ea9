// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import procession.testing.Await;

/**
 * Where a task waits until the test lets it go on, and says that it got there; made of files, so that the task may run
 * in another process.
 */
public final class FileGate implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String path;

    FileGate(Path directory, String name) {
        path = directory.resolve(name).toString();
    }

    /** Says that somebody is here, and waits until the gate is open; throws if the test is over. */
    public void pass() throws InterruptedException {
        reach();
        while (!Files.exists(file("open"))) {
            if (!Files.exists(file("reached"))) {
                throw new IllegalStateException("the test is over");
            }
            Thread.sleep(2);
        }
    }

    /** Says that somebody is here. */
    public void reach() {
        make(file("reached"));
    }

    void open() {
        make(file("open"));
    }

    boolean reached() {
        return Files.exists(file("reached"));
    }

    void awaitReached() {
        Await.until(path + " is reached", this::reached);
    }

    private Path file(String what) {
        return Path.of(path + "." + what);
    }

    private static void make(Path file) {
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException twice) {
            // once is enough
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
