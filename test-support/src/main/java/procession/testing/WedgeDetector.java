// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Fails a test that takes too long, after it has printed the stacks of all threads and of all child JVMs. The test's
 * thread is interrupted; where that does not end it, the JVM is halted, because nothing else would.
 *
 * <p>Registered for every Jupiter test of the build. The limit is the system property
 * {@code procession.test.wedgeSeconds}.
 */
public final class WedgeDetector implements InvocationInterceptor {

    private static final ScheduledExecutorService WATCH = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "wedge-detector");
        thread.setDaemon(true);
        return thread;
    });

    private static final int HALTED = 86;

    private final Duration limit;

    /** Creates a detector with the limit of the build. */
    public WedgeDetector() {
        this(Duration.ofSeconds(Long.getLong("procession.test.wedgeSeconds", 120)));
    }

    WedgeDetector(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        watch(invocation, extensionContext.getUniqueId());
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        watch(invocation, extensionContext.getUniqueId());
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation,
            DynamicTestInvocationContext invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        watch(invocation, extensionContext.getUniqueId());
    }

    void watch(Invocation<Void> invocation, String test) throws Throwable {
        var alarm = new Alarm(Thread.currentThread(), test);
        ScheduledFuture<?> ringing = WATCH.schedule(alarm, limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            invocation.proceed();
        } catch (Throwable t) {
            if (alarm.disarm()) {
                throw new AssertionError("Took longer than " + limit + ": " + test, t);
            }
            throw t;
        } finally {
            ringing.cancel(false);
        }
        if (alarm.disarm()) {
            throw new AssertionError("Took longer than " + limit + ": " + test);
        }
    }

    private static final class Alarm implements Runnable {
        private final Thread tested;
        private final String test;
        private boolean over;
        private boolean rang;

        Alarm(Thread tested, String test) {
            this.tested = tested;
            this.test = test;
        }

        @Override
        public void run() {
            String dump = Stacks.all() + Stacks.ofChildren();
            synchronized (this) {
                if (over) {
                    return;
                }
                rang = true;
                System.err.println("Wedged: " + test + "\n" + dump);
                // Under the monitor: an interrupt after the test's end would hit the next test.
                tested.interrupt();
            }
            Objects.requireNonNull(WATCH.schedule(this::haltIfStillThere, 30, TimeUnit.SECONDS));
        }

        /** Ends the watch and returns whether the alarm rang; an interrupt of the alarm's own is taken back. */
        synchronized boolean disarm() {
            over = true;
            if (rang) {
                Thread.interrupted();
            }
            return rang;
        }

        private synchronized void haltIfStillThere() {
            if (!over) {
                System.err.println("An interrupt did not end it, so the JVM does: " + test + "\n" + Stacks.all());
                Runtime.getRuntime().halt(HALTED);
            }
        }
    }
}
