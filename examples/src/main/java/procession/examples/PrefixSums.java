// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.multiprocessing.shared.LongArray;

/** {@link java.util.Arrays#parallelPrefix} by several processes, which share the array. */
@Command(
        name = "prefix-sums",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Lets processes turn a shared array of 1, 2, 3, ... into its prefix sums, and prints the last one.")
final class PrefixSums implements Callable<Integer> {
    private static final int MAX = 100_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--n",
            defaultValue = "1_000_000",
            paramLabel = "<length>",
            converter = WholeNumber.class,
            description = "how many numbers; at least 1")
    private long length;

    @Option(names = "--n-jobs", defaultValue = "2", paramLabel = "<processes>", description = "how many processes")
    private int jobs;

    /** Makes the prefix sums of one block, as if it were all there is, and returns the last one. */
    private static long sumUp(LongArray array, long from, long to) {
        long sum = 0;
        for (long i = from; i < to; i++) {
            sum += array.raw().getPlain(i);
            array.raw().setPlain(i, sum); // the end of the task shows it to the parent
        }
        return sum;
    }

    private static long add(LongArray array, long from, long to, long before) {
        for (long i = from; i < to; i++) {
            array.raw().setPlain(i, array.raw().getPlain(i) + before);
        }
        return to - from;
    }

    private static void sumUpTogether(LongArray array, int jobs) throws InterruptedException {
        long length = array.length();
        try (var executor = new ProcessPoolExecutor(jobs)) {
            List<Integer> blocks = IntStream.range(0, jobs).boxed().toList();
            List<Long> sums = executor.map(
                            block -> sumUp(array, length * block / jobs, length * (block + 1) / jobs), blocks)
                    .toList();
            long[] before = new long[jobs];
            for (int block = 1; block < jobs; block++) {
                before[block] = before[block - 1] + sums.get(block - 1);
            }
            executor.map(block -> add(array, length * block / jobs, length * (block + 1) / jobs, before[block]), blocks)
                    .toList();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (length < 1 || length > MAX || jobs < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--n is " + length + " and --n-jobs " + jobs + ", but both must be at least 1, and --n at most "
                            + MAX);
        }
        var array = new LongArray(length);
        try {
            for (long i = 0; i < length; i++) {
                array.set(i, i + 1);
            }
            sumUpTogether(array, jobs);
            PrintWriter out = spec.commandLine().getOut();
            out.println(array.get(length - 1));
            out.flush();
            return 0;
        } finally {
            array.destroy();
        }
    }
}
