// SPDX-License-Identifier: Apache-2.0
/**
 * Python's {@code queue}: queues for the threads of one process that can be joined and shut down, each a complete
 * {@link java.util.concurrent.BlockingQueue}.
 *
 * <p>In this package: no element and no argument is ever {@code null} ({@link java.lang.NullPointerException}, at once). A zero or
 * negative timeout does not wait. A call that throws {@link java.lang.InterruptedException} has put or taken nothing. Actions
 * before an element is put <i>happen-before</i> actions after it is taken.
 */
@NullMarked
package procession.queue;

import org.jspecify.annotations.NullMarked;
