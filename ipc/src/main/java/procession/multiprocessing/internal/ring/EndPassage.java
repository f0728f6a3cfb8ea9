// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;
import procession.multiprocessing.internal.wire.ObjectCodec;

/** What travels to another process in the place of an end of a pipe: where the pipe is. There the process takes the end. */
public final class EndPassage implements Serializable {
    private static final long serialVersionUID = 1L;

    private final transient PipeEnd sent;
    private final String directory;
    private final String segment;
    private final int end;
    private final long from;

    /**
     * Makes the traveller.
     *
     * @param sent the end
     */
    public EndPassage(PipeEnd sent) {
        this.sent = sent;
        this.directory = sent.directory().toString();
        this.segment =
                Objects.requireNonNull(sent.segment().file().getFileName()).toString();
        this.end = sent.end();
        this.from = sent.owner();
    }

    /** Writes it, if the stream goes to another process. */
    private void writeObject(ObjectOutputStream stream) throws IOException {
        if (!ObjectCodec.isBetweenProcesses(stream)) {
            throw new NotSerializableException(
                    "a connection can't be stored; let another process have it by capturing it in a"
                            + " task or in the action of a Process, or by sending it");
        }
        Handovers.met(sent);
        stream.defaultWriteObject();
    }

    /**
     * Takes the end.
     *
     * @return the end, of this process
     * @throws InvalidObjectException if it can't be had
     */
    public PipeEnd arrive() throws InvalidObjectException {
        try {
            return PipeEnd.take(Path.of(directory), segment, end, from);
        } catch (IOException | IllegalArgumentException | NullPointerException refused) {
            InvalidObjectException failure = new InvalidObjectException(
                    "a connection could not be had from another process: " + refused.getMessage());
            failure.initCause(refused);
            throw failure;
        }
    }
}
