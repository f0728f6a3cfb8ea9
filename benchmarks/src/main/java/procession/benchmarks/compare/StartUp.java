// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import procession.multiprocessing.ProcessPoolExecutor;

/**
 * The command {@code benchmarks/start-up}: the time until two workers have a result, beside that of two JVMs which do one
 * step more of it each, and beside CPython. All take turns, round by round.
 */
final class StartUp implements AutoCloseable {
    private static final int DEFAULT_ROUNDS = 15;
    private static final int WARM_UP_ROUNDS = 3;
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path directory;
    private final Setup setup;
    private final ServerSocketChannel listener;
    private final List<Phase> phases = new ArrayList<>();

    /**
     * Something that is started twice at once.
     *
     * @param name what it is, in words
     * @param millis how long it takes until both have said something
     * @param isStep whether it does the same as the one before it, and something more
     */
    private record Phase(String name, Contender millis, boolean isStep, Samples samples) {
        Phase(String name, Contender millis, boolean isStep) {
            this(name, millis, isStep, new Samples());
        }
    }

    private StartUp(Path benchmarks, PrintWriter out) throws Exception {
        directory = Files.createTempDirectory("start-up");
        setup = new Setup(benchmarks, out, out);
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));
        Thread host = new Thread(this::acceptAll, "start-up-host");
        host.setDaemon(true);
        host.start();
    }

    /**
     * Runs the command.
     *
     * @param arguments where the module benchmarks is, and how many rounds if not 15
     */
    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : DEFAULT_ROUNDS;
        PrintWriter out = new PrintWriter(System.out, true);
        out.println(Main.machine());
        run(Path.of(arguments[0]), rounds, WARM_UP_ROUNDS, out);
    }

    static void run(Path benchmarks, int rounds, int warmUpRounds, PrintWriter out) throws Exception {
        try (StartUp startUp = new StartUp(benchmarks, out)) {
            startUp.prepare();
            startUp.measure(rounds, warmUpRounds);
            startUp.print(out);
        }
    }

    private void prepare() throws Exception {
        Path alone = unpacked(StartUpStep.class, StartUpStep.Question.class);
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(lambda()))) {
            out.writeObject(StartUpStep.question("answer"));
        }
        List<String> options = optionsOfAWorker();
        String here = System.getProperty("java.class.path");
        add("two JVMs with default options", List.of(), alone.toString(), 0, false);
        add("+ the options of a worker", options, alone.toString(), 0, true);
        add("+ its class path", options, here, 0, true);
        add("+ a lambda", options, here, StartUpStep.LAMBDA, true);
        add("+ a connection to a Unix-domain socket", options, here, StartUpStep.SOCKET, true);
        add("+ a mapped file", options, here, StartUpStep.MEMORY, true);
        add("+ an object read", options, here, StartUpStep.OBJECT, true);
        phases.add(new Phase("a pool of two workers: + all of ours", ProcessPools::start, true));
        Optional<String> python = python();
        python.ifPresent(executable -> phases.add(
                new Phase("two CPythons", once -> millis(List.of(executable, "-c", "print('!', flush=True)")), false)));
        setup.python("pool_peers.py", "starts", "CPython's pools").ifPresent(peer -> {
            phases.add(new Phase("multiprocessing.Pool (spawn)", peer.contender("pool"), false));
            phases.add(new Phase("ProcessPoolExecutor (spawn)", peer.contender("executor"), false));
        });
    }

    private void add(String name, List<String> options, String classPath, int steps, boolean isStep) {
        List<String> command = new ArrayList<>();
        command.add(JAVA);
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, StartUpStep.class.getName(), Integer.toString(steps)));
        command.addAll(List.of(directory.resolve("socket").toString(), lambda().toString()));
        phases.add(new Phase(name, once -> millis(command), isStep));
    }

    private Path lambda() {
        return directory.resolve("lambda");
    }

    /** Copies classes to where nothing else is, as a class path that costs nothing to open. */
    private Path unpacked(Class<?>... classes) throws IOException {
        Path root = Files.createDirectory(directory.resolve("classes"));
        for (Class<?> each : classes) {
            String name = each.getName().replace('.', '/') + ".class";
            try (InputStream in = each.getClassLoader().getResourceAsStream(name)) {
                Path file = root.resolve(name);
                Files.createDirectories(file.getParent());
                Files.copy(in, file);
            }
        }
        return root;
    }

    private static List<String> optionsOfAWorker() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            return pool.submit(() ->
                            List.copyOf(ManagementFactory.getRuntimeMXBean().getInputArguments()))
                    .result();
        }
    }

    /** Returns the interpreter itself, because {@code python3} on the path may be a script that looks for it. */
    private static Optional<String> python() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("python3", "-c", "import sys; print(sys.executable)").start();
            try (BufferedReader out = process.inputReader()) {
                Optional<String> executable = Optional.ofNullable(out.readLine());
                return process.waitFor() == 0 ? executable : Optional.empty();
            }
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    /** Starts a command twice, and returns how long it takes until both have written something. */
    private static double millis(List<String> command) throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        try {
            long start = System.nanoTime();
            for (int i = 0; i < 2; i++) {
                processes.add(new ProcessBuilder(command)
                        .redirectError(Redirect.INHERIT)
                        .start());
            }
            for (Process process : processes) {
                if (process.getInputStream().read() < 0) {
                    throw new IOException("it ended before it said something: " + command);
                }
            }
            return (System.nanoTime() - start) / 1e6;
        } finally {
            for (Process process : processes) {
                process.waitFor(); // else its end would be in what is measured next
            }
        }
    }

    private void measure(int rounds, int warmUpRounds) throws Exception {
        for (int round = -warmUpRounds; round < rounds; round++) {
            for (Phase phase : phases) {
                double millis = phase.millis().measure(Duration.ZERO);
                if (round >= 0) {
                    phase.samples().add(millis);
                }
            }
        }
    }

    private void print(PrintWriter out) {
        out.printf("%-42s %8s %8s %8s  ms until both have said something%n", "", "median", "lowest", "+");
        double before = 0;
        for (Phase phase : phases) {
            double median = phase.samples().median();
            String more = phase.isStep() ? String.format(Locale.ROOT, "%+.1f", median - before) : "";
            out.printf(
                    Locale.ROOT,
                    "%-42s %8.1f %8.1f %8s%n",
                    phase.name(),
                    median,
                    phase.samples().lowest(),
                    more);
            before = median;
        }
    }

    /** Until it is closed. */
    private void acceptAll() {
        try {
            while (true) {
                listener.accept().close();
            }
        } catch (ClosedChannelException over) {
            // there is nothing left to accept
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Override
    public void close() throws IOException {
        setup.close();
        listener.close();
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = new ArrayList<>(all.toList());
        }
        for (int i = files.size() - 1; i >= 0; i--) { // a directory comes before what is in it
            Files.delete(files.get(i));
        }
    }
}
