// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A column of the {@link KillMatrix}: what happens, and the code that makes it happen inside a worker. */
enum KillEvent {
    SIGKILL("SIGKILL"),
    SIGSTOP("SIGSTOP"),
    HALT("`Runtime.halt`"),
    EXIT("`System.exit`"),
    HEAP("OutOfMemoryError: heap"),
    METASPACE("OutOfMemoryError: metaspace"),
    DIRECT("OutOfMemoryError: direct memory"),
    STACK("StackOverflowError"),
    CRASH("a native crash"),
    ARGUMENT_UNSERIALIZABLE("an argument that can't be serialized"),
    ARGUMENT_UNREBUILDABLE("an argument that can't be rebuilt"),
    RESULT_UNSERIALIZABLE("a result that can't be serialized"),
    RESULT_UNREBUILDABLE("a result that can't be rebuilt"),
    EXCEPTION_UNSERIALIZABLE("an exception that can't be serialized"),
    EXCEPTION_UNREBUILDABLE("an exception that can't be rebuilt"),
    PRINTS("prints a gigabyte"),
    CLOSES_STDOUT("closes stdout"),
    GRANDCHILD("starts a grandchild and hangs");

    /** What fills a worker's memory. */
    private static final List<Object> KEPT = new ArrayList<>();

    private static final int PIECE_BYTES = 1 << 16;

    private final String title;

    KillEvent(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Whether the test does it, to a worker that has come to the point and waits there. */
    boolean isFromOutside() {
        return this == SIGKILL || this == SIGSTOP;
    }

    /** Whether the worker process does not survive it. */
    boolean isDeadly() {
        return switch (this) {
            case SIGKILL, HALT, EXIT, HEAP, METASPACE, CRASH -> true;
            default -> false;
        };
    }

    /** Whether only a limit brings it to an end. */
    boolean needsTimeout() {
        return this == SIGSTOP || this == GRANDCHILD;
    }

    /** Whether it is about something that travels. */
    boolean isAboutTravel() {
        return compareTo(ARGUMENT_UNSERIALIZABLE) >= 0 && compareTo(EXCEPTION_UNREBUILDABLE) <= 0;
    }

    /** Makes it happen in this process, as far as code at the point does that. */
    void happen(Strike strike) throws Exception {
        switch (this) {
            case SIGKILL, SIGSTOP -> Workers.never();
            case HALT -> Runtime.getRuntime().halt(7);
            case EXIT -> System.exit(7);
            case HEAP -> fillHeap();
            case METASPACE -> fillMetaspace();
            case DIRECT -> fillDirectMemory();
            case STACK -> throw new AssertionError("no overflow at " + dive(0));
            case CRASH -> new Pointer(0).setInt(0, 1);
            case ARGUMENT_UNREBUILDABLE -> throw new InvalidObjectException("on purpose: can't be rebuilt");
            case EXCEPTION_UNSERIALIZABLE -> throw new UnserializableException();
            case EXCEPTION_UNREBUILDABLE -> throw new UnrebuildableException();
            case PRINTS -> print(strike.printedBytes());
            case CLOSES_STDOUT -> System.out.close();
            case GRANDCHILD -> strike.startGrandchild();
            case ARGUMENT_UNSERIALIZABLE, RESULT_UNSERIALIZABLE, RESULT_UNREBUILDABLE -> {
                // it is the object itself that is wrong
            }
        }
    }

    private static void fillHeap() {
        while (true) {
            KEPT.add(new byte[1 << 20]);
        }
    }

    private static void fillMetaspace() {
        while (true) {
            ClassLoader loader = new ClassLoader(Runnable.class.getClassLoader()) {};
            KEPT.add(Proxy.newProxyInstance(
                    loader, new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> proxy));
        }
    }

    private static void fillDirectMemory() {
        // On the stack only: given up with the exception, so that the worker is fit again.
        ByteBuffer[] buffers = new ByteBuffer[1 << 16];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = ByteBuffer.allocateDirect(1 << 20);
        }
        throw new AssertionError("no end at " + buffers.length + " MiB");
    }

    private static int dive(int depth) {
        return depth < 0 ? 0 : 1 + dive(depth + 1);
    }

    private static void print(long bytes) {
        byte[] piece = new byte[PIECE_BYTES];
        Arrays.fill(piece, (byte) 'x');
        piece[PIECE_BYTES - 1] = '\n';
        for (long printed = 0; printed < bytes; printed += PIECE_BYTES) {
            System.out.write(piece, 0, PIECE_BYTES);
        }
        System.out.flush();
    }

    /** Goes to where it is read, and not further. */
    static final class Unrebuildable implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException {
            throw new InvalidObjectException("on purpose: can't be rebuilt");
        }
    }

    /** Does not even leave. */
    static final class Unserializable implements Serializable {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings({"unused", "serial"})
        private final Object stream = OutputStream.nullOutputStream();
    }

    private static final class UnserializableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings({"unused", "serial"})
        private final Object stream = OutputStream.nullOutputStream();

        UnserializableException() {
            super("on purpose: can't be serialized");
        }
    }

    private static final class UnrebuildableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnrebuildableException() {
            super("on purpose: can't be rebuilt");
        }

        private void readObject(ObjectInputStream in) throws IOException {
            throw new InvalidObjectException("on purpose: can't be rebuilt");
        }
    }
}
