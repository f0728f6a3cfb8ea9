// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The calls, made by the module jdk.unsupported. This class is compiled by itself, without the rule that a warning is an
 * error: the compiler's warning about the package {@code sun.misc} can't be switched off.
 */
final class SunSignals implements SignalCalls, SignalHandler {
    static {
        Signals.calls = new SunSignals(); // so that no reflection is needed, which takes a young JVM milliseconds
    }

    private SunSignals() {}

    @Override
    public void handle(Signal dropped) {}

    @Override
    public void drop(String name) {
        Signal.handle(new Signal(name), this);
    }

    @Override
    public void restore(String name) {
        Signal.handle(new Signal(name), SIG_DFL);
    }

    @Override
    public void raise(String name) {
        Signal.raise(new Signal(name));
    }
}
