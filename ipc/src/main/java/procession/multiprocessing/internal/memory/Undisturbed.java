// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Does things with files where no interrupt can come: a {@link java.nio.channels.FileChannel} closes itself when the
 * thread that reads, writes or maps is interrupted, and closing gives up all locks of this JVM on the file.
 */
final class Undisturbed {
    /** What is done. */
    interface Body<T> {
        T run() throws IOException;
    }

    private Undisturbed() {}

    /** Runs a body in a thread that nobody else knows, and returns what it returns, or throws what it throws. */
    static <T> T call(Body<T> body) throws IOException {
        Call<T> call = new Call<>(body);
        Thread thread = new Thread(null, call, "procession-file", 0, false);
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return call.result();
    }

    private static final class Call<T> implements Runnable {
        private final Body<T> body;
        private @Nullable T value;
        private @Nullable Throwable failure;

        Call(Body<T> body) {
            this.body = body;
        }

        @Override
        public void run() {
            try {
                value = body.run();
            } catch (Throwable thrown) { // thrown again by result()
                failure = thrown;
            }
        }

        T result() throws IOException {
            if (failure instanceof IOException inFile) {
                throw inFile;
            } else if (failure instanceof RuntimeException mistake) {
                throw mistake;
            } else if (failure instanceof Error error) {
                throw error;
            } else if (value == null) {
                throw new IllegalStateException("the body returned nothing", failure);
            }
            return value;
        }
    }
}
