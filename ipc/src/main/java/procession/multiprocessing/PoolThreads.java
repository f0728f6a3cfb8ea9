// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

/** Makes threads that keep nothing alive of whoever happened to need them first. */
final class PoolThreads {
    private PoolThreads() {}

    static Thread daemon(String name, Runnable work) {
        return create(name, work, true);
    }

    static Thread create(String name, Runnable work, boolean daemon) {
        Thread thread = new Thread(null, work, name, 0, false); // without inheritable thread-locals
        thread.setDaemon(daemon);
        return thread;
    }
}
