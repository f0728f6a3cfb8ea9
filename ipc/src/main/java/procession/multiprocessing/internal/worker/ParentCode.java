// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.Fetch;
import procession.multiprocessing.internal.wire.Fetched;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;

/** The classes and resources that the parent has and this process has not. */
final class ParentCode {
    /*
     * Overview. A question has a number, which its answer brings back:
     *
     *   whoever wants a class ──queue──► writer of Answers ──FETCH──► parent
     *            ▲                                                      │
     *            └────────── future ──── control thread ◄────FETCHED────┘
     *
     * Who asks waits, deaf to interrupts as all class loading is, and does not write itself. The wait ends with the
     * answer, or with this process, which does not outlive its parent.
     *
     * What was answered is kept: resources until memory gets scarce, and that there is none until forgetMissing() is called;
     * of either no more than MOST_KEPT, after which it begins anew, and asks again for what is wanted again.
     * The control thread is the one that brings the answers, so nothing that it runs may need a class from here.
     */
    /** A task may ask for names without end, and a name takes memory also when its resource has given way. */
    private static final int MOST_KEPT = 10_000;

    private final Answers answers;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentMap<Long, CompletableFuture<Fetched>> asked = new ConcurrentHashMap<>();
    private final ConcurrentMap<Key, Fetched> missing = new ConcurrentHashMap<>();
    private final ConcurrentMap<Key, SoftReference<Fetched>> found = new ConcurrentHashMap<>();

    /** What was asked for. */
    private record Key(String name, boolean all) {}

    ParentCode(Answers answers) {
        this.answers = answers;
    }

    /** Returns the first resource of a name, or none and why; waits for the parent's answer if it is not known. */
    Fetched first(String name) {
        return get(new Key(name, false), Set.of());
    }

    /** Returns the resources of a name but for those whose URLs are given. */
    List<Fetched.Resource> all(String name, Set<String> known) {
        return get(new Key(name, true), known).resources();
    }

    /** Forgets what the parent did not have: it may have it by now. */
    void forgetMissing() {
        missing.clear();
    }

    /** Forgets a resource that nobody is likely to want again. */
    void forget(String name) {
        found.remove(new Key(name, false));
    }

    private Fetched get(Key key, Set<String> known) {
        SoftReference<Fetched> kept = found.get(key);
        Fetched answer = kept == null ? null : kept.get();
        if (answer == null) {
            answer = missing.get(key);
        }
        if (answer == null) {
            answer = ask(new Fetch(key.name, key.all, List.copyOf(known)));
            if (!answer.resources().isEmpty()) {
                keep(found, key, new SoftReference<>(answer));
            } else {
                keep(missing, key, answer);
            }
        }
        return answer;
    }

    private static <V> void keep(ConcurrentMap<Key, V> kept, Key key, V value) {
        if (kept.size() >= MOST_KEPT) { // benign: several threads may each add one more, or find it cleared already
            kept.clear();
        }
        kept.put(key, value);
    }

    /** Returns how many names have an answer that needs no question. */
    int keptNames() {
        return found.size() + missing.size();
    }

    private Fetched ask(Fetch fetch) {
        CompletableFuture<Fetched> answer = new CompletableFuture<>();
        long number = numbers.incrementAndGet();
        asked.put(number, answer);
        var unused = answers.sendLater(FrameDescriptor.FETCH, number, fetch.encode())
                .whenComplete((sent, failure) -> {
                    if (failure != null && asked.remove(number) != null) {
                        answer.complete(Fetched.none("it could not be asked: " + failure));
                    }
                });
        return answer.join();
    }

    /** An answer has come; called by the control thread. */
    void arrived(Frame frame) {
        CompletableFuture<Fetched> waiting = asked.remove(frame.taskId());
        if (waiting != null) {
            waiting.complete(read(frame.payload()));
        }
    }

    private static Fetched read(byte @Nullable [] payload) {
        try {
            return payload == null
                    ? Fetched.none("it sent more than this process has memory for")
                    : Fetched.decode(payload);
        } catch (IOException | OutOfMemoryError unusable) {
            return Fetched.none("something that can't be used: " + unusable);
        }
    }
}
