// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.common.util.concurrent.AbstractFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Future} together with the side that completes it: for those who write executors, and for tests.
 *
 * <p>An executor calls {@link #setRunningOrNotifyCancel()} before it runs the task, and then {@link #setResult} or
 * {@link #setException}. Each of the three throws {@link IllegalStateException} where the state does not allow it.
 *
 * <p>Memory consistency effects: actions in a thread before it completes or cancels the future <i>happen-before</i>
 * actions in any thread after a method that saw it done, and callbacks.
 *
 * <p><i>Python:</i> the methods of {@code concurrent.futures.Future} that are documented for executors and tests;
 * {@code InvalidStateError} is {@link IllegalStateException}.
 *
 * @param <T> the type of the result
 */
public class Promise<T extends @Nullable Object> extends AbstractFuture<T> implements Future<T> {
    /*
     * Overview. AbstractFuture holds "not done / done" and the outcome; phase adds what it does not know, namely whether
     * a task that is not done has started. It decides between Python's cancel() and the executor:
     *
     *     PENDING ──setRunningOrNotifyCancel()──► RUNNING
     *     PENDING ──cancel()────────────────────► CANCELLED
     *
     * Both are a compare-and-set from PENDING, so exactly one wins. cancel(boolean) goes to AbstractFuture first, which
     * arbitrates between it and completion; it may leave phase at RUNNING. phase is volatile.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.futures");

    private static final int PENDING = 0;
    private static final int RUNNING = 1;
    private static final int CANCELLED = 2;

    private volatile int phase;

    /** Who waits for several futures, this one among them; made for the first who does. */
    private volatile Watch.@Nullable Taps taps;

    private static final VarHandle PHASE;
    private static final VarHandle TAPS;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(Promise.class, "phase", int.class);
            TAPS = MethodHandles.lookup().findVarHandle(Promise.class, "taps", Watch.Taps.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Makes a pending future. */
    public Promise() {}

    /**
     * Says that the task is about to run, unless the future was cancelled.
     *
     * <p><i>Python:</i> {@code set_running_or_notify_cancel()}.
     *
     * @return {@code true} if the task must run now and then complete this future; {@code false} if it was cancelled
     *     and must not run
     * @throws IllegalStateException if it was running or completed already
     */
    public final boolean setRunningOrNotifyCancel() {
        if (PHASE.compareAndSet(this, PENDING, RUNNING)) {
            if (!isDone()) {
                return true;
            }
        } else if (phase == CANCELLED && !isDone()) {
            return false; // the canceller is between its two steps
        }
        if (isCancelled()) {
            return false;
        }
        throw new IllegalStateException("already running or done: " + this);
    }

    /**
     * Completes the future with a value.
     *
     * @param result the value, which may be {@code null}
     * @throws IllegalStateException if it was done already
     */
    public final void setResult(T result) {
        if (!trySetResult(result)) {
            throw new IllegalStateException("already done: " + this);
        }
    }

    /**
     * Completes the future with a failure.
     *
     * @param failure what the task threw
     * @throws IllegalStateException if it was done already
     */
    @Override
    public final boolean setException(Throwable failure) {
        if (!trySetException(failure)) {
            throw new IllegalStateException("already done: " + this);
        }
        return true;
    }

    /**
     * Completes the future with a value unless it is done.
     *
     * @param result the value, which may be {@code null}
     * @return {@code false} if it was done already, cancelled included
     */
    public final boolean trySetResult(T result) {
        return phase != CANCELLED && set(result);
    }

    /**
     * Completes the future with a failure unless it is done.
     *
     * @param failure what the task threw
     * @return {@code false} if it was done already, cancelled included
     */
    public final boolean trySetException(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        return phase != CANCELLED && trySetPresentable(presentable(failure));
    }

    /** As trySetException, with what {@link #presentable} returned; runs no code of the user's but callbacks. */
    final boolean trySetPresentable(Throwable failure) {
        return phase != CANCELLED && super.setException(failure);
    }

    /** Whoever waits gets an ExecutionException with the failure's text in it, so there must be one. */
    static Throwable presentable(Throwable failure) {
        try {
            if (failure.toString() != null) {
                return failure;
            }
        } catch (Throwable rude) {
            if (failure instanceof VirtualMachineError) {
                return failure; // out of memory, say; then it throws itself, and there is none for a wrapper either
            }
            if (rude != failure) {
                failure.addSuppressed(rude);
            }
        }
        return new CompletionException(failure.getClass().getName() + ", whose own methods fail", failure);
    }

    @Override
    public final boolean cancel() {
        if (PHASE.compareAndSet(this, PENDING, CANCELLED) || phase == CANCELLED) {
            super.cancel(false); // helps a canceller that is between its two steps
        }
        return isCancelled();
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            PHASE.compareAndSet(this, PENDING, CANCELLED);
        }
        return cancelled;
    }

    @Override
    public final boolean running() {
        return phase == RUNNING && !isDone();
    }

    @Override
    public final void addDoneCallback(Consumer<? super Future<T>> callback) {
        Objects.requireNonNull(callback, "callback");
        addListener(() -> callBack(callback), MoreExecutors.directExecutor());
    }

    /** {@inheritDoc} An error of the listener or of its executor is logged, and does not keep the others from running. */
    @Override
    public void addListener(Runnable listener, java.util.concurrent.Executor executor) {
        Objects.requireNonNull(executor, "executor");
        super.addListener(listener, command -> {
            try {
                executor.execute(command);
            } catch (Error failure) {
                logFailedCallback(failure);
            }
        });
    }

    /** Calls back as soon as this is done, in whichever thread that happens: for our own code, which is quick. */
    final void addQuickListener(Runnable listener) {
        super.addListener(listener, MoreExecutors.directExecutor());
    }

    /** Returns how many taps there are, for tests. */
    final int tapCount() {
        Watch.Taps shared = taps;
        return shared == null ? 0 : shared.count();
    }

    private void callBack(Consumer<? super Future<T>> callback) {
        try {
            callback.accept(this);
        } catch (Throwable failure) {
            logFailedCallback(failure);
        }
    }

    private void logFailedCallback(Throwable failure) {
        try {
            LOGGER.log(System.Logger.Level.ERROR, "a done-callback of " + this + " failed; the others go on", failure);
        } catch (Throwable cannotEvenLog) {
            // out of stack or memory: the callbacks that are left come first
        }
    }

    /** Lets {@code tap} know once this is done, at once if it is; unlike a callback it can be taken back. */
    final void addTap(Watch.Tap tap) {
        Watch.Taps shared = taps;
        if (shared == null) {
            Watch.Taps fresh = new Watch.Taps();
            if (TAPS.compareAndSet(this, null, fresh)) {
                shared = fresh;
                addListener(() -> fresh.drain().forEach(open -> open.accept(this)), MoreExecutors.directExecutor());
            } else {
                shared = Objects.requireNonNull(taps);
            }
        }
        if (!shared.add(tap)) {
            tap.accept(this);
        }
    }

    final void removeTap(Watch.Tap tap) {
        Watch.Taps shared = taps;
        if (shared != null) {
            shared.remove(tap);
        }
    }

    @Override
    public final CompletableFuture<T> toCompletableFuture() {
        CompletableFuture<T> bridge = new CompletableFuture<>();
        addDoneCallback(done -> copyTo(bridge));
        CompletableFuture<T> unused = bridge.whenComplete((result, failure) -> {
            if (bridge.isCancelled()) {
                cancel();
            }
        });
        return bridge;
    }

    private void copyTo(CompletableFuture<T> bridge) {
        try {
            bridge.complete(TaskFailure.resultOf(this));
        } catch (CancellationException cancelled) {
            bridge.cancel(false);
        } catch (ExecutionException failure) {
            bridge.completeExceptionally(TaskFailure.causeOf(failure));
        }
    }

    @Override
    protected @Nullable String pendingToString() {
        return running() ? "running" : "not started";
    }

    /** Called at {@code cancel(true)} of an unfinished task, to stop it; the default does nothing. */
    @Override
    protected void interruptTask() {}
}
