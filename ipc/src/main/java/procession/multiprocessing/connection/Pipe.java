// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import procession.multiprocessing.internal.ring.PipeEnd;

/**
 * Two connected ends, through shared memory: what one sends, the other receives.
 *
 * <pre>{@code
 * import procession.multiprocessing.connection.Pipe;
 *
 * var pipe = Pipe.open();
 * var ours = pipe.first();
 * var theirs = pipe.second();
 * var process = new Process(() -> theirs.send("ping " + theirs.recv()));
 * process.start();
 * ours.send(42);
 * System.out.println(ours.recv()); // ping 42
 * process.join();
 * ours.close();
 * }</pre>
 *
 * <p>Each end is one process's at a time. To capture an end in the action of a {@link procession.multiprocessing.Process} or
 * in a task, or to send it, hands it over: take it out of the pipe first, as above. The pipe itself can't travel.
 *
 * <p>Its memory is given back when both ends are closed, or their processes have ended. The system property
 * {@code procession.pipe.bytes} says how many bytes fit into each direction before a sender waits; 262144 unless it is set.
 * Messages may be longer.
 *
 * <p><i>Python:</i> {@code multiprocessing.Pipe}, which returns the two ends.
 */
public final class Pipe {
    private final Connection first;
    private final Connection second;

    private Pipe(List<PipeEnd> ends) {
        this.first = new Connection(ends.get(0));
        this.second = new Connection(ends.get(1));
    }

    /**
     * Makes a pipe whose ends both send and receive.
     *
     * <p><i>Python:</i> {@code Pipe()}.
     *
     * @return the pipe
     * @throws UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static Pipe open() {
        return open(true);
    }

    /**
     * Makes a pipe.
     *
     * <p><i>Python:</i> {@code Pipe(duplex)}.
     *
     * @param duplex whether both ends send and receive; otherwise the first one only receives, and the second one only sends
     * @return the pipe
     * @throws UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static Pipe open(boolean duplex) {
        try {
            return new Pipe(PipeEnd.open(duplex));
        } catch (IOException noRoom) {
            throw new UncheckedIOException(noRoom.getMessage(), noRoom);
        }
    }

    /**
     * Returns the first end: the one that receives, if the pipe is not duplex.
     *
     * @return the end
     */
    public Connection first() {
        return first;
    }

    /**
     * Returns the second end: the one that sends, if the pipe is not duplex.
     *
     * @return the end
     */
    public Connection second() {
        return second;
    }

    /**
     * Returns a text with the state of both ends.
     *
     * @return for example {@code Pipe[Connection@1f32e575[open], Connection@5ca881b5[closed]]}
     */
    @Override
    public String toString() {
        return "Pipe[" + first + ", " + second + "]";
    }
}
