// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/**
 * Python's {@code multiprocessing} for Java: processes, and executors whose tasks run in worker JVMs.
 */
@NullMarked
module procession.ipc {
    requires java.logging; // for Multiprocessing.logToStderr, and the logs of workers
    requires java.management;
    requires static jdk.management; // for the size of the memory, which goes unsaid where it is missing
    requires static jdk.unsupported; // for SelfKill, which does without where it is missing
    requires static com.sun.jna; // for waits in the kernel, which do without where it is missing
    requires transitive procession.core;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;
    requires static com.google.j2objc.annotations; // for javadoc, which wants the annotations that Guava carries

    exports procession.multiprocessing;
    exports procession.multiprocessing.connection;
    exports procession.multiprocessing.queue;
    exports procession.multiprocessing.shared;
    exports procession.multiprocessing.sync;
    exports procession.multiprocessing.internal.worker to
            java.logging; // which makes the handler there
}
