// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.futex;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/** One thread's sleep in the kernel, from which an interrupt wakes it at once. */
@SuppressWarnings("ThreadPriorityCheck") // correct without the yield, which only lets the sleeper go on
public final class Nap extends AbstractSelector {
    /*
     * Overview. The JDK has one public way to hear of an interrupt: a selector is told, by wakeup(), between its begin() and
     * its end(). This is a selector in nothing but that.
     *
     * An interrupt, and so wakeup(), may come just before the system call, and the kernel knows of no wake-up that came
     * before the sleep. So whoever wakes a nap says so first, and goes on waking until the sleeper is out:
     *
     *     sleeper:  asleep = true; if (!rung) futex(WAIT); asleep = false
     *     ring():   rung = true; while (asleep) futex(WAKE)
     *
     * Both fields are volatile, so either the sleeper sees that it is rung, or the other one sees it asleep, and then the
     * gap is the few instructions before the sleep. Should the scheduler stop the sleeper just there, ring() gives up after a
     * while, and the Watch rings again as long as the nap is asleep and rung.
     *
     * The word is everybody's who waits for it, but each nap sleeps with a bit of its own, of 32: so ring() wakes only it,
     * and few that have the same bit, who sleep again. No wake-up meant for another is taken away by that: the wake-ups of the
     * word's own are counted apart.
     *
     * From JDK 21 on wakeup() may be called after end(). Naps are used again, so that may ring somebody else, who then
     * looks at the word once too often.
     */
    private static final int MAX_RINGS = 200;
    private static final int BITS = 32;

    private static final ConcurrentLinkedQueue<Nap> POOL = new ConcurrentLinkedQueue<>();

    private final ByteBuffer time = LinuxCalls.newTime();
    private final long timeAddress = LinuxCalls.address(time);
    private final int bit = 1 << ThreadLocalRandom.current().nextInt(BITS);

    /** Where it sleeps; written by the sleeper before {@code asleep}. */
    private long address;

    private volatile boolean asleep;
    private volatile boolean rung;

    @SuppressWarnings("NullAway") // no provider is asked for anything
    private Nap() {
        super(null);
    }

    /**
     * Returns a nap for one thread.
     *
     * @return the nap, to be given back by {@link #giveBack}
     */
    public static Nap take() {
        Nap free = POOL.poll();
        return free == null ? new Nap() : free;
    }

    /** Ends the use of this nap. */
    public void giveBack() {
        rung = false;
        POOL.add(this);
    }

    /**
     * Sleeps on an {@code int} if it has the value. Returns when woken, rung or interrupted, or when the time is over, or for
     * no reason.
     *
     * @param memory the memory
     * @param base the memory's address
     * @param at where in the memory the int is
     * @param value what it has to be
     * @param nanos the longest time
     */
    public void sleep(ByteBuffer memory, long base, int at, int value, long nanos) {
        long deadline = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE >> 2);
        address = base + at;
        begin();
        try {
            asleep = true;
            if (!rung) {
                LinuxCalls.sleep(address, value, time, timeAddress, deadline, bit);
            }
        } finally {
            asleep = false;
            end();
            rung = false;
            Reference.reachabilityFence(memory);
        }
    }

    /** Ends the sleep, or the next one if there is none just now. */
    public void ring() {
        rung = true;
        for (int rings = 0; asleep && rings < MAX_RINGS; rings++) {
            LinuxCalls.wakeBits(address, bit);
            Thread.yield();
        }
    }

    /** Rings once more if it was rung and sleeps all the same. */
    public void ringAgain() {
        if (rung && asleep) {
            ring();
        }
    }

    @Override
    public Selector wakeup() {
        ring();
        return this;
    }

    // ---- what a selector has, and nobody calls

    @Override
    protected void implCloseSelector() {
        // has nothing to close
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> keys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int selectNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException();
    }
}
