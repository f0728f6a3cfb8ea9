// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.threading.Timer;

/** A task in the background: saves again and again what the foreground does. */
@Command(
        name = "background",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Works in the foreground, and saves the work in the background.")
final class Background extends ThreadExample {
    @Option(
            names = "--saves",
            defaultValue = "3",
            paramLabel = "<times>",
            converter = WholeNumber.class,
            description = "how often the work is saved before it ends, at least 1")
    private long saves;

    @Option(
            names = "--period-millis",
            defaultValue = "50",
            paramLabel = "<ms>",
            converter = WholeNumber.class,
            description = "milliseconds from one save to the next, at least 1")
    private long periodMillis;

    @Override
    void run(PrintWriter out) throws InterruptedException {
        int enough = within(1, "--saves", saves, 1_000_000);
        Duration period = Duration.ofMillis(within(1, "--period-millis", periodMillis, 3_600_000));
        AtomicLong edits = new AtomicLong();
        AtomicLong saved = new AtomicLong();
        AtomicInteger times = new AtomicInteger();
        Timer autosave = Timer.every(period, () -> {
            saved.set(edits.get());
            times.incrementAndGet();
        });
        autosave.start();
        while (times.get() < enough) {
            edits.incrementAndGet();
        }
        autosave.cancel();
        autosave.join();
        out.printf(Race.LOCALE, "saved %d times in the background%n", times.get());
        out.printf(Race.LOCALE, "made %d edits meanwhile, and saved %d of them%n", edits.get(), saved.get());
        out.println(autosave.isAlive() ? "the timer goes on" : "the timer has ended");
    }
}
