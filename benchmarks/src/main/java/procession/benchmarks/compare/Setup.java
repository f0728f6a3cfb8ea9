// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Owns what an area has started, and finds peers in other languages; not for several threads at once. */
final class Setup implements AutoCloseable {
    private final Path directory;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    /**
     * Makes a set-up that owns nothing yet.
     *
     * @param directory where the module benchmarks is
     * @param out for the versions of peers
     * @param err for peers that are left out
     */
    Setup(Path directory, PrintWriter out, PrintWriter err) {
        this.directory = directory;
        this.out = out;
        this.err = err;
    }

    /** Takes something that is closed at the end, before what was taken earlier. */
    <T extends AutoCloseable> T own(T closeable) {
        owned.push(closeable);
        return closeable;
    }

    /**
     * Starts a Python program of this module, or says in one line why a peer is left out.
     *
     * @param program the name of its file
     * @param kind its argument
     * @param peer who would be left out, for what is said
     * @return what was started
     */
    Optional<PythonPeer> python(String program, String kind, String peer) {
        try {
            PythonPeer started = own(PythonPeer.start(directory.resolve("src/main/python/" + program), kind));
            out.println(peer + ": " + started.version());
            return Optional.of(started);
        } catch (PeerMissingException | IOException reason) {
            err.println("left out: " + peer + " (" + reason.getMessage() + ")");
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception failure) {
                err.println("could not be closed: " + failure);
            }
        }
    }
}
