// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/**
 * Python's {@code threading}, {@code queue} and {@code concurrent.futures} for Java: synchronizers, queues and executors
 * with the names and the behaviour that a Python programmer knows, as types that a Java programmer can use everywhere.
 */
@SuppressWarnings("module") // the module that the qualified export names is built after this one
@NullMarked
module procession.core {
    requires transitive com.google.common;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;
    requires static com.google.j2objc.annotations; // for javadoc, which wants the annotations that Guava carries
    requires static me.tongfei.progressbar; // for Progress.bar(), which does without where it is missing

    exports procession.futures;
    exports procession.queue;
    exports procession.threading;
    exports procession.internal to
            procession.ipc;
    exports procession.internal.progress to
            procession.ipc;
}
