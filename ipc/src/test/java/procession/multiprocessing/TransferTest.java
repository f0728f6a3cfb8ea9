// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.futures.Executor;
import procession.futures.Fn;
import procession.futures.Future;
import procession.futures.OnFailure;
import procession.futures.Task;
import procession.futures.TaskOptions;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What travels arrives; what can't travel says so, where it was sent from, with the reason and the remedy. */
class TransferTest {
    private static ProcessPoolExecutor pool;
    private static Set<String> before;

    @TempDir
    Path directory;

    private int field = 3;

    // One pool for the class, so the leak check is for the class: threads of an idle pool come and go.
    @BeforeAll
    static void open() {
        before = LeakCheck.snapshot();
        pool = new ProcessPoolExecutor(1);
    }

    @Test
    void largeResult_isNotDecodedInATurn_whichWouldKeepAllOthersWaiting() throws Exception {
        assertTrue(PoolLoop.isDecodedInATurn(result(ObjectCodec.encode(1))));
        assertTrue(PoolLoop.isDecodedInATurn(result(ObjectCodec.encode(new byte[10_000]))));
        assertFalse(PoolLoop.isDecodedInATurn(result(ObjectCodec.encode(new byte[100_000]))));
        assertFalse(PoolLoop.isDecodedInATurn(result(ObjectCodec.encode(new ArrayList<>(List.of(1))))));
        assertFalse(PoolLoop.isDecodedInATurn(new Frame(FrameDescriptor.RESULT, 1, null)));
        assertFalse(PoolLoop.isDecodedInATurn(new Frame(FrameDescriptor.FAILURE, 1, ObjectCodec.encode(1))));
        assertEquals(10_000_000, pool.submit(() -> new byte[10_000_000]).result(Delays.large()).length);
    }

    private static Frame result(byte[] payload) {
        return new Frame(FrameDescriptor.RESULT, 1, payload);
    }

    @AfterAll
    static void close() {
        pool.close();
        LeakCheck.assertNothingNew(before);
    }

    private static NotTransferableException refused(Executable submission, String... words) {
        NotTransferableException refused = assertThrows(NotTransferableException.class, submission);
        for (String word : words) {
            assertTrue(String.valueOf(refused.getMessage()).contains(word), refused::getMessage);
        }
        assertTrue(
                Arrays.stream(refused.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(TransferTest.class.getName())),
                "in the caller's stack");
        return refused;
    }

    private static Throwable failure(Task<?> task) throws Exception {
        Throwable failure = pool.submit(task).exception(Delays.large());
        assertEquals(1, pool.submit(() -> 1).result(Delays.large()), "the worker goes on");
        return Objects.requireNonNull(failure, "the task did not fail");
    }

    private static void assertStackHas(String method, Throwable thrown) {
        assertTrue(
                Arrays.stream(thrown.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals(method)),
                () -> method + " is not in " + Arrays.toString(thrown.getStackTrace()));
    }

    @Test
    void submit_lambdaThatCapturesThis_namesClassAndRemedy() {
        refused(
                () -> pool.submit(() -> field + 1),
                "the lambda in " + TransferTest.class.getName(),
                "captures its enclosing object, a " + TransferTest.class.getName(),
                "copy what the task needs into local variables before the lambda");
    }

    @Test
    void submit_lambdaThatCapturesAnUnserializableLocal_namesIt() {
        Object lock = new Object();
        refused(
                () -> pool.submit(() -> lock.hashCode()),
                "the lambda in " + TransferTest.class.getName(),
                "captures an object of java.lang.Object,",
                "copy what the task needs");
        List<Object> holder = new ArrayList<>(List.of(lock));
        refused(() -> pool.submit(() -> holder.size()), "an object of java.lang.Object", "java.io.Serializable");
    }

    /** The pool, and what looks like it. */
    private static List<Executor> views() {
        return List.of(
                pool,
                pool.with(TaskOptions.timeout(Delays.large())),
                pool.with(TaskOptions.retries(1).onFailure(OnFailure.skip(-1))),
                pool.with(TaskOptions.captureOutput()));
    }

    @Test
    void everyWayToSubmit_lambdaOfJdkType_saysHowToMakeItTravel() throws Exception {
        Callable<Integer> callable = () -> 1;
        Runnable runnable = () -> {};
        Task<Integer> good = () -> 1;
        long aDay = 1;
        for (Executor view : views()) {
            for (Executable submission : List.<Executable>of(
                    () -> view.submit(callable),
                    () -> view.submit(runnable),
                    () -> view.submit(runnable, 1),
                    () -> view.execute(runnable),
                    () -> view.invokeAll(List.of(callable)),
                    () -> view.invokeAll(List.of(good, callable), aDay, TimeUnit.DAYS),
                    () -> view.invokeAny(List.of(callable)),
                    () -> view.invokeAny(List.of(callable, good), aDay, TimeUnit.DAYS))) {
                refused(submission, "this lambda is of a type that is not serializable", "procession.futures.Task");
            }
            assertEquals(List.of(1), view.map(n -> n, List.of(1)).toList(), "the pool goes on");
        }
    }

    @Test
    void everyWayToSubmit_whatCapturesAnUnserializableObject_namesIt() throws Exception {
        Object lock = new Object();
        Task<Integer> task = () -> lock.hashCode();
        Action action = () -> System.out.println(lock);
        Fn<Integer, Integer> function = n -> n + lock.hashCode();
        for (Executor view : views()) {
            for (Executable submission : List.<Executable>of(
                    () -> view.submit(task),
                    () -> view.submit(action),
                    () -> view.submit((Runnable) action, 1),
                    () -> view.execute(action),
                    () -> view.invokeAll(List.of(task)),
                    () -> view.invokeAny(List.of(task)),
                    () -> view.map(function, List.of(1)))) {
                refused(
                        submission,
                        "the lambda in " + TransferTest.class.getName(),
                        "captures an object of java.lang.Object,",
                        "copy what the task needs into local variables before the lambda");
            }
            refused(() -> view.map(n -> 1, List.of(lock)), "java.lang.Object", "java.io.Serializable");
            assertEquals(1, view.submit(() -> 1).result(Delays.large()), "the pool goes on");
        }
    }

    @Test
    void submit_withAResultThatCantTravel_namesItsClass() {
        Action action = () -> {};
        for (Executor view : views()) {
            refused(
                    () -> view.submit((Runnable) action, new Object()),
                    "an object of java.lang.Object",
                    "java.io.Serializable");
        }
    }

    /** Not serializable, and no lambda. */
    private static final class PlainCallable implements Callable<Integer> {
        @Override
        public Integer call() {
            return 1;
        }
    }

    @Test
    void submit_objectThatIsNotSerializable_namesItsClass() {
        refused(
                () -> pool.submit(new PlainCallable()),
                PlainCallable.class.getName() + " is not java.io.Serializable",
                "let the class implement it");
    }

    @Test
    void map_itemThatIsNotSerializable_namesItsClass() {
        refused(() -> pool.map(Object::hashCode, List.of(new Object())), "java.lang.Object", "java.io.Serializable");
    }

    @Test
    void initializer_thatCantTravel_failsInBuild() {
        Object lock = new Object();
        Action initializer = () -> System.out.println(lock);
        ProcessPoolExecutor.Builder builder = ProcessPoolExecutor.builder().initializer(initializer);
        refused(builder::build, "captures an object of java.lang.Object,");
    }

    @Test
    void result_thatIsNotSerializable_failsItsFuture() throws Exception {
        Throwable failure = assertInstanceOf(NotTransferableException.class, failure(() -> new Object()));
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.contains("the result of the task can't travel back"), message);
        assertTrue(message.contains("java.lang.Object"), message);
    }

    /** A chain. */
    private record Link(@Nullable Link next) implements Serializable {}

    @Test
    void result_nestedTooDeeply_failsItsFuture() throws Exception {
        Throwable failure = assertInstanceOf(NotTransferableException.class, failure(() -> {
            Link last = null;
            for (int i = 0; i < 200_000; i++) {
                last = new Link(last);
            }
            return last;
        }));
        assertTrue(String.valueOf(failure.getMessage()).contains("nested too deeply"), failure::getMessage);
    }

    @Test
    void argument_nestedTooDeeply_failsInTheCaller() {
        Link last = null;
        for (int i = 0; i < 200_000; i++) {
            last = new Link(last);
        }
        Link chain = last;
        refused(() -> pool.submit(() -> Objects.isNull(chain)), "nested too deeply");
    }

    /** A checked exception as users write them. */
    static final class Checked extends Exception {
        private static final long serialVersionUID = 1L;
        final int code;

        Checked(String message, int code, @Nullable Throwable cause) {
            super(message, cause);
            this.code = code;
        }
    }

    private static Object failWithAll() throws Checked {
        Checked thrown = new Checked("outer", 7, new IOException("inner", new IllegalStateException("innermost")));
        thrown.addSuppressed(new ArithmeticException("on the way"));
        throw thrown;
    }

    @Test
    void exception_arrivesAsItself() throws Exception {
        Future<Object> future = pool.submit(TransferTest::failWithAll);
        CompletionException wrapper = assertThrows(CompletionException.class, future::result);
        Checked arrived = assertInstanceOf(Checked.class, wrapper.getCause());
        assertSame(arrived, future.exception());
        assertEquals("outer", arrived.getMessage());
        assertEquals(7, arrived.code);
        assertStackHas("failWithAll", arrived);
        Throwable cause = assertInstanceOf(IOException.class, arrived.getCause());
        assertEquals("inner", cause.getMessage());
        assertStackHas("failWithAll", cause);
        Throwable innermost = assertInstanceOf(IllegalStateException.class, cause.getCause());
        assertEquals("innermost", innermost.getMessage());
        assertEquals(1, arrived.getSuppressed().length);
        assertEquals(
                "on the way",
                assertInstanceOf(ArithmeticException.class, arrived.getSuppressed()[0])
                        .getMessage());
    }

    /** Holds what does not serialize. */
    @SuppressWarnings("serial") // on purpose
    static final class Heavy extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final Object lock = new Object();

        Heavy(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static Object failHeavily() {
        Heavy thrown = new Heavy("heavy", new IOException("inner"));
        thrown.addSuppressed(new ArithmeticException("on the way"));
        throw thrown;
    }

    @Test
    void exception_thatDoesNotSerialize_arrivesDescribed() throws Exception {
        RemoteTaskException arrived = assertInstanceOf(RemoteTaskException.class, failure(TransferTest::failHeavily));
        assertEquals(Heavy.class.getName(), arrived.remoteClassName());
        assertEquals(Heavy.class.getName() + ": heavy", arrived.getMessage());
        assertStackHas("failHeavily", arrived);
        RemoteTaskException cause = assertInstanceOf(RemoteTaskException.class, arrived.getCause());
        assertEquals(IOException.class.getName(), cause.remoteClassName());
        assertStackHas("failHeavily", cause);
        RemoteTaskException suppressed = assertInstanceOf(RemoteTaskException.class, arrived.getSuppressed()[0]);
        assertEquals(ArithmeticException.class.getName(), suppressed.remoteClassName());
    }

    /** Refuses to be read. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }

        private void readObject(ObjectInputStream in) throws IOException {
            throw new InvalidObjectException("not on this side");
        }
    }

    @Test
    void exception_thatCantBeRead_arrivesDescribed() throws Exception {
        RemoteTaskException arrived = assertInstanceOf(RemoteTaskException.class, failure(() -> {
            throw new Unreadable("told");
        }));
        assertEquals(Unreadable.class.getName(), arrived.remoteClassName());
        assertTrue(String.valueOf(arrived.getMessage()).contains("told"), arrived::getMessage);
        assertTrue(arrived.getSuppressed()[0].toString().contains("not on this side"), "and says why");
    }

    /** Fails when it is asked for anything. */
    @SuppressWarnings("serial") // on purpose
    static final class Rude extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final Object lock = new Object();

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message from me");
        }
    }

    @Test
    void exception_whoseMethodsThrow_arrivesDescribed() throws Exception {
        RemoteTaskException described = assertInstanceOf(RemoteTaskException.class, failure(() -> {
            throw new Rude();
        }));
        assertEquals(Rude.class.getName(), described.remoteClassName());
        assertTrue(String.valueOf(described.getMessage()).contains("its own methods threw"), described::getMessage);
    }

    @Test
    void exception_withACauseThatIsItselfInACircle_arrives() throws Exception {
        Throwable arrived = failure(() -> {
            IllegalStateException first = new IllegalStateException("first");
            first.initCause(new IllegalStateException("second", first));
            throw first;
        });
        assertEquals(
                "first", assertInstanceOf(IllegalStateException.class, arrived).getMessage());
    }

    private String classesOnlyForTheWorker() throws IOException {
        Path source = directory.resolve("OnlyThere.java");
        Files.writeString(
                source,
                "public class OnlyThere extends RuntimeException {"
                        + " public OnlyThere() { super(\"from there\"); }"
                        + " public static OnlyThere make() { return new OnlyThere(); } }");
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", directory.toString(), source.toString());
        assertEquals(0, code);
        return directory.toUri().toString();
    }

    private static RuntimeException onlyThere(String location) throws Exception {
        URLClassLoader loader = new URLClassLoader(new URL[] {new URL(location)});
        return (RuntimeException)
                loader.loadClass("OnlyThere").getMethod("make").invoke(null);
    }

    @Test
    void exception_ofAClassThatIsNotHere_arrivesDescribed() throws Exception {
        String location = classesOnlyForTheWorker();
        RemoteTaskException arrived = assertInstanceOf(RemoteTaskException.class, failure(() -> {
            throw onlyThere(location);
        }));
        assertEquals("OnlyThere", arrived.remoteClassName());
        assertEquals("OnlyThere: from there", arrived.getMessage());
        assertStackHas("make", arrived);
    }

    @Test
    void result_ofAClassThatIsNotHere_failsItsFuture() throws Exception {
        String location = classesOnlyForTheWorker();
        Throwable failure =
                assertInstanceOf(NotTransferableException.class, failure(() -> List.of(onlyThere(location))));
        assertTrue(String.valueOf(failure.getMessage()).contains("OnlyThere"), failure::getMessage);
    }

    /** Refuses to be read, in a way of one's choice. */
    private record Trap(boolean error) implements Serializable {
        private Object writeReplace() {
            return new Sprung(error);
        }
    }

    private static final class Sprung implements Serializable {
        private static final long serialVersionUID = 1L;
        private final boolean error;

        Sprung(boolean error) {
            this.error = error;
        }

        private Object readResolve() throws ObjectStreamException {
            if (error) {
                throw new AssertionError("no entry");
            }
            throw new InvalidObjectException("no entry");
        }
    }

    @Test
    void argument_thatCantBeRead_failsItsFuture() throws Exception {
        Trap trap = new Trap(false);
        Throwable failure = assertInstanceOf(NotTransferableException.class, failure(() -> trap.hashCode()));
        assertTrue(String.valueOf(failure.getMessage()).contains("no entry"), failure::getMessage);
        Trap harder = new Trap(true);
        assertTrue(failure(() -> harder.hashCode()).toString().contains("no entry"));
    }

    @Test
    void result_thatCantBeRead_failsItsFuture() throws Exception {
        assertInstanceOf(NotTransferableException.class, failure(() -> new Trap(false)));
        assertInstanceOf(NotTransferableException.class, failure(() -> new Trap(true)));
    }

    @Test
    void hundredMegabytes_travelBothWays() throws Exception {
        byte[] sent = new byte[100 << 20];
        for (int i = 0; i < sent.length; i += 4096) {
            sent[i] = (byte) (i >>> 12);
        }
        byte[] received = pool.submit(() -> {
                    sent[1] = 42;
                    return sent;
                })
                .result(Delays.large());
        assertEquals(0, sent[1], "the worker has its own");
        assertEquals(42, received[1]);
        received[1] = 0;
        assertTrue(Arrays.equals(sent, received));
    }

    @Test
    void values_travelBothWays() throws Exception {
        for (Object value : Arrays.<@Nullable Object>asList(
                null, true, (byte) 1, (short) 2, 'c', 4, 5L, 6f, 7d, "text", List.of(1, "two"), Thread.State.NEW)) {
            List<@Nullable Object> holder = Arrays.asList(value);
            assertEquals(value, pool.submit(() -> holder.get(0)).result(Delays.large()));
        }
        assertNull(pool.submit(() -> {}).result(Delays.large()));
        assertSame(Thread.State.NEW, pool.submit(() -> Thread.State.NEW).result(Delays.large()));
        assertEquals(int.class, pool.submit(() -> int.class).result(Delays.large()));
    }

    @Test
    void objectInputFilter_rejectsAClass() throws Exception {
        ObjectInputFilter filter = info -> info.serialClass() == Link.class || info.serialClass() == Checked.class
                ? ObjectInputFilter.Status.REJECTED
                : ObjectInputFilter.Status.UNDECIDED;
        try (ProcessPoolExecutor filtered = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .objectInputFilter(filter)
                .build()) {
            Link allowedThere = new Link(null);
            Future<Link> rejected = filtered.submit(() -> allowedThere);
            assertTrue(assertInstanceOf(NotTransferableException.class, rejected.exception(Delays.large()))
                    .toString()
                    .contains("REJECTED"));
            RemoteTaskException described = assertInstanceOf(
                    RemoteTaskException.class,
                    filtered.submit(TransferTest::failWithAll).exception(Delays.large()));
            assertEquals(Checked.class.getName(), described.remoteClassName());
            assertEquals(List.of(1), filtered.submit(() -> List.of(1)).result(Delays.large()));
        }
    }
}
