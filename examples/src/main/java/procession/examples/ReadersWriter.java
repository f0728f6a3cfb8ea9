// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.futures.Action;
import procession.threading.Barrier;
import procession.threading.Event;

/** Many readers at once, or one writer alone. */
@Command(
        name = "readers-writer",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Lets many threads read a page at once, or one write it alone.")
final class ReadersWriter extends ThreadExample {
    @Option(
            names = "--readers",
            defaultValue = "3",
            paramLabel = "<threads>",
            converter = WholeNumber.class,
            description = "threads that read, at least 1")
    private long readers;

    @Option(
            names = "--writes",
            defaultValue = "1_000",
            paramLabel = "<times>",
            converter = WholeNumber.class,
            description = "how often the page is written, at least 0")
    private long writes;

    /** Long enough for a reader and a writer to meet in it, if they were let. */
    private static final int LENGTH = 10_000;

    @Override
    void run(PrintWriter out) throws InterruptedException {
        int many = within(1, "--readers", readers, MOST_THREADS);
        int times = within(0, "--writes", writes, MOST);
        SharedRoom room = new SharedRoom(true);
        long[] page = new long[LENGTH];
        Event allIn = new Event();
        Barrier meeting = new Barrier(many, allIn::set);
        AtomicLong reads = new AtomicLong();
        AtomicLong torn = new AtomicLong();
        List<Action> threads = new ArrayList<>();
        for (int reader = 0; reader < many; reader++) {
            threads.add(() -> {
                room.enterToRead();
                meeting.await(); // in the room, which works only if all may be in at once
                room.leaveAsReader();
                long last;
                do {
                    room.enterToRead();
                    last = page[0];
                    long number = last;
                    torn.addAndGet(Arrays.stream(page).allMatch(each -> each == number) ? 0 : 1);
                    room.leaveAsReader();
                    reads.incrementAndGet();
                } while (last < times);
            });
        }
        threads.add(() -> {
            allIn.await();
            for (int i = 1; i <= times; i++) {
                room.enterToWrite(ChronoUnit.FOREVER.getDuration());
                Arrays.fill(page, i);
                room.leaveAsWriter();
            }
        });
        together(threads);
        out.printf(Race.LOCALE, "%d readers were in at once%n", many);
        out.printf(
                Race.LOCALE, "%,d writes, %,d reads, of which %d saw half a write%n", times, reads.get(), torn.get());
    }
}
