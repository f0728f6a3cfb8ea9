// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

/**
 * The layout of what travels between a parent and one worker, on two connections to one socket: on the first, control,
 * what must be heard whatever a task does; on the second, the calls', calls and answers. A process of its own has only
 * the first.
 *
 * <p>A frame, all numbers big-endian:
 * <pre>
 *   0               4       5                              13
 *   +---------------+-------+------------------------------+----------------- - - -
 *   | length        | type  | task id, or 0                | payload
 *   +---------------+-------+------------------------------+----------------- - - -
 *     int             byte    long
 * </pre>
 * {@code length} counts the bytes that follow it, so it is 9 for an empty payload.
 *
 * <p>Payloads, by type:
 * <pre>
 *   control, worker to parent
 *     HELLO        magic int · protocol version int · token (32 bytes)
 *     GOODBYE      this JVM runs its shutdown hooks: empty; then, from a pool's worker of which others descend, once more, of each
 *                  of those: pid long · when it was started long, see Descendants
 *     STACK        a failure, see FailureCodec, whose stack trace is the one of the task thread, and whose suppressed
 *                  failures have those of other threads
 *     PROGRESS     fraction double (NaN: not said) · note in UTF-8: how far the task with this id has come
 *     FETCH        what is asked for, see Fetch; with the number of the question instead of a task id
 *     LOG          what was logged by the task with this id, see LogLine
 *     LOG_LEVELS_ASKED  empty: which levels are wanted?
 *     OUTPUT_SO_FAR  0 or 1 int · offset long · bytes: what the task with this id prints, at this place of its stream
 *   control, parent to worker
 *     IDENTITY     pid of the parent long · three times (length int · text in UTF-8): number, name, name of the parent;
 *                  to a worker of a pool, before INIT
 *     INIT         rank int · two times (length int · object): initializer and exit hook, null objects for none; the
 *                  worker connects for its calls
 *     RUN          an object: a Callable of the code to exit with
 *     FREEZE       empty: start no further call, and answer with STACK and the same task id
 *     RESUME       empty: go on after FREEZE
 *     REHEARSE     empty: answer with STACK and task id 0, as quickly as may have to be done later
 *     FETCHED      the answer to a FETCH, see Fetched; with the number of the question instead of a task id
 *     LOG_TAKEN    bytes int: so much of the payloads of LOG has been logged since the last of these
 *     LOG_LEVELS   lines in UTF-8, logger=level: the answer to LOG_LEVELS_ASKED
 *   calls, worker to parent
 *     HELLO_CALLS  as HELLO
 *     READY        empty: the initializer has run
 *     INIT_FAILED  a failure, see FailureCodec
 *     RESULT       an object, see ObjectCodec
 *     FAILURE      a failure, see FailureCodec
 *     OUTPUT       for standard output and standard error: dropped long · length int · the end of it: what the task with
 *                  this id has printed, before its answer
 *     MEMORY       bytes long: how much this JVM has taken for its heap; before an answer, where the parent can't see it
 *   calls, parent to worker
 *     CALL         an object: a Callable, to be answered by one RESULT or FAILURE with the same task id
 *     CHUNK        count int · function length int · function object · count × (task id long · length int · object):
 *                  to be answered in that order, one RESULT or FAILURE each
 *     TAKEN_BACK   empty: what was sent before this and had not started must not start, see StartMark
 *     EXIT         empty: no more calls; run the exit hook, say goodbye and exit
 * </pre>
 * What a worker wrote to the calls' connection before it wrote something to control is read first: the parent reads the
 * former dry before it acts on a frame of the latter.
 *
 * <p>A worker executes calls in the order in which they arrive and has written the whole answer to one before it starts
 * the next. So when a worker died, the first call without an answer is the one that it was running, and those behind it
 * never started.
 *
 * <p>{@link #VERSION} changes with every change of this page; both sides come from one class path, and a mismatch (a
 * jar replaced under a running program) is refused at the handshake.
 */
public final class FrameDescriptor {
    /** First bytes of a HELLO: "PRCN". */
    public static final int MAGIC = 0x5052434E;

    /** The version of this protocol. */
    public static final int VERSION = 5;

    /** Bytes of the secret that a worker proves itself with. */
    public static final int TOKEN_BYTES = 32;

    /** Offset of the length field. */
    public static final int LENGTH_OFFSET = 0;

    /** Offset of the type field. */
    public static final int TYPE_OFFSET = LENGTH_OFFSET + Integer.BYTES;

    /** Offset of the task id field. */
    public static final int TASK_ID_OFFSET = TYPE_OFFSET + Byte.BYTES;

    /** Bytes before the payload. */
    public static final int HEADER_BYTES = TASK_ID_OFFSET + Long.BYTES;

    /** What the length field holds for an empty payload. */
    public static final int EMPTY_LENGTH = HEADER_BYTES - TYPE_OFFSET;

    /** The longest payload: what fits into a Java array, less a margin for what VMs reserve. */
    public static final int MAX_PAYLOAD_BYTES = Integer.MAX_VALUE - 64;

    /** Bytes of a HELLO's payload. */
    public static final int HELLO_BYTES = 2 * Integer.BYTES + TOKEN_BYTES;

    /** Worker to parent: who it is. */
    public static final byte HELLO = 1;

    /** Worker to parent: initialized. */
    public static final byte READY = 2;

    /** Worker to parent: the initializer threw. */
    public static final byte INIT_FAILED = 3;

    /** Worker to parent: what a call returned. */
    public static final byte RESULT = 4;

    /** Worker to parent: what a call threw. */
    public static final byte FAILURE = 5;

    /** Worker to parent: exiting in an orderly way. */
    public static final byte GOODBYE = 6;

    /** Worker to parent: where the task thread is; no further call is started. */
    public static final byte STACK = 7;

    /** Worker to parent: how far the running task has come. */
    public static final byte PROGRESS = 8;

    /** Worker to parent: how much memory it has. */
    public static final byte MEMORY = 48;

    /** Parent to worker: initialize. */
    public static final byte INIT = 16;

    /** Parent to worker: one call. */
    public static final byte CALL = 17;

    /** Parent to worker: calls of one function. */
    public static final byte CHUNK = 18;

    /** Parent to worker: exit. */
    public static final byte EXIT = 19;

    /** Parent to child: what to run, instead of INIT and calls. */
    public static final byte RUN = 21;

    /** Parent to worker: start nothing more, and say where the task thread is. */
    public static final byte FREEZE = 20;

    /** Parent to worker: calls may start again. */
    public static final byte RESUME = 22;

    /** Parent to worker: say where the task thread is, for nobody. */
    public static final byte REHEARSE = 23;

    /** Parent to worker: behind calls that were taken back. */
    public static final byte TAKEN_BACK = 32;

    /** Worker to parent, first on the connection for calls: who it is. */
    public static final byte HELLO_CALLS = 33;

    /** Worker to parent: a class or a resource is wanted that is not here. */
    public static final byte FETCH = 40;

    /** Parent to worker: the bytes of a class or of a resource, or why there are none. */
    public static final byte FETCHED = 41;

    /** Worker to parent: something was logged. */
    public static final byte LOG = 56;

    /** Parent to worker: what was logged has been taken. */
    public static final byte LOG_TAKEN = 57;

    /** Worker to parent: a question for LOG_LEVELS. */
    public static final byte LOG_LEVELS_ASKED = 58;

    /** Parent to worker: which levels are listened to. */
    public static final byte LOG_LEVELS = 59;

    /** Worker to parent: what a task has printed. */
    public static final byte OUTPUT = 60;

    /** Worker to parent: what a task prints. */
    public static final byte OUTPUT_SO_FAR = 61;

    /** Parent to worker: who it is. */
    public static final byte IDENTITY = 64;

    private FrameDescriptor() {}
}
