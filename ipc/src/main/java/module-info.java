// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/**
 * Python's {@code multiprocessing} for Java: processes, and executors whose tasks run in worker JVMs.
 */
@NullMarked
module procession.ipc {
    requires transitive procession.core;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports procession.multiprocessing;
}
