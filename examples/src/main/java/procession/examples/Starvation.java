// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.futures.Action;
import procession.threading.Event;

/** A writer that readers keep out for ever, and a rule that lets it in. */
@Command(
        name = "starvation",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Shows a writer that readers never let in, and the same with a rule that does.")
final class Starvation extends ThreadExample {
    @Option(
            names = "--readers",
            defaultValue = "2",
            paramLabel = "<threads>",
            converter = WholeNumber.class,
            description = "threads that read, at least 2")
    private long readers;

    @Option(
            names = "--patience-millis",
            defaultValue = "200",
            paramLabel = "<ms>",
            converter = WholeNumber.class,
            description = "milliseconds after which the starving writer gives up, at least 1")
    private long patienceMillis;

    /** For a wait that ends, however busy the machine is. */
    private static final Duration LONG = Duration.ofMinutes(5);

    @Override
    void run(PrintWriter out) throws InterruptedException {
        int many = within(2, "--readers", readers, MOST_THREADS);
        Duration patience = Duration.ofMillis(within(1, "--patience-millis", patienceMillis, 60_000));
        out.println("readers first: " + write(new SharedRoom(false), many, patience));
        out.println("writers first: " + write(new SharedRoom(true), many, LONG));
    }

    private static String write(SharedRoom room, int readers, Duration patience) throws InterruptedException {
        Event occupied = new Event();
        Event over = new Event();
        AtomicLong visits = new AtomicLong();
        StringBuilder story = new StringBuilder();
        List<Action> threads = new ArrayList<>();
        for (int reader = 0; reader < readers; reader++) {
            threads.add(() -> {
                while (!over.isSet()) {
                    room.enterToRead();
                    occupied.set();
                    visits.incrementAndGet();
                    room.leaveAsReaderToAnother();
                }
            });
        }
        threads.add(() -> {
            occupied.await();
            if (room.enterToWrite(patience)) {
                room.leaveAsWriter();
                story.append("the writer came in");
            } else {
                story.append("the writer waited ").append(patience.toMillis()).append(" ms in vain");
            }
            over.set();
            room.lastCall();
        });
        together(threads);
        return story + String.format(Race.LOCALE, ", and readers came in %,d times", visits.get());
    }
}
