// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.Serializable;
import procession.futures.Task;

/**
 * A task of the {@link SoakTest}.
 *
 * @param id its number, which nobody else has
 * @param kind what it does
 * @param size how long it takes or how much it returns, depending on its kind
 * @param ledger where it notes that it runs
 * @param argument what travels with it
 */
record SoakTask(long id, Kind kind, int size, Mark ledger, String argument)
        implements Task<SoakTask.Value>, Serializable {
    private static final long serialVersionUID = 1L;

    enum Kind {
        /** Returns at once. */
        QUICK,
        /** Returns after a while. */
        SLEEPS,
        /** Returns a large result. */
        LARGE,
        /** Throws what can travel. */
        THROWS,
        /** Throws what can't. */
        THROWS_UNSERIALIZABLE,
        /** Reports progress for a while. */
        REPORTS,
        /** Prints some lines. */
        PRINTS,
        /** Ends its worker. */
        HALTS,
        /** Ends only with its worker. */
        HANGS
    }

    /** What a task returns: enough to see that it is its own result, and from which worker. */
    record Value(long id, long pid, String text) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public Value call() throws Exception {
        ledger.add(id);
        switch (kind) {
            case SLEEPS -> Thread.sleep(size % 40);
            case THROWS -> throw new IllegalStateException("on purpose " + id);
            case THROWS_UNSERIALIZABLE -> throw new UnserializableException(id);
            case REPORTS -> report();
            case PRINTS -> print();
            case HALTS -> Runtime.getRuntime().halt(7);
            case HANGS -> Workers.never();
            case QUICK, LARGE -> {
                // the result is all
            }
        }
        return new Value(id, Workers.pid(), text());
    }

    private String text() {
        return (char) ('a' + id % 26) + "x".repeat(kind == Kind.LARGE ? size : 7);
    }

    private void report() throws InterruptedException {
        for (int i = 0; i < size % 8; i++) {
            Worker.current().progress("step " + i);
            Thread.sleep(3);
        }
    }

    private void print() {
        for (int i = 0; i < size % 500; i++) {
            System.out.println("line " + i + " of " + id);
        }
    }

    /** Whether the value is what this task returns, and nobody else's. */
    boolean isOwn(Value value) {
        return value.id() == id && value.text().equals(text());
    }

    /** Can't travel, because of what it holds. */
    private static final class UnserializableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings({"unused", "serial"})
        private final Object thread = Thread.currentThread();

        UnserializableException(long id) {
            super("on purpose " + id);
        }
    }
}
