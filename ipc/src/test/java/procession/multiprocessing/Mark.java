// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import procession.testing.Await;
import procession.testing.Delays;

/** A file to which tasks, in whatever process, add a line each, and which the test waits for and reads. */
record Mark(String path) implements Serializable {
    private static final long serialVersionUID = 1L;

    Mark(Path directory, String name) {
        this(directory.resolve(name).toString());
    }

    /** Adds a line in one write, so that whoever sees it sees the whole of it, and a kill loses nothing. */
    void add(Object line) throws IOException {
        Files.write(
                Path.of(path),
                (line + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** Adds the number of the process that calls this. */
    void addPid() throws IOException {
        add(ProcessHandle.current().pid());
    }

    List<String> lines() throws IOException {
        try {
            return Files.readAllLines(Path.of(path), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    /** Waits for a line and returns the first one. */
    String await() throws IOException {
        Await.until("a line in " + path, Delays.large(), () -> !lines().isEmpty());
        return lines().get(0);
    }

    long awaitPid() throws IOException {
        return Long.parseLong(await());
    }

    /** Waits, in a task, until somebody has added a line. */
    void pass() throws IOException, InterruptedException {
        while (lines().isEmpty()) {
            Thread.sleep(2);
        }
    }
}
