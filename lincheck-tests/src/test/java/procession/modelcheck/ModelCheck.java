// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * A check whether every result that threads get from an object could also come from one thread that makes the same calls one
 * after the other: linearizability. The specification is a class with the same methods, for one thread, which throws
 * {@link Blocked} where the object would wait.
 *
 * <p>A scenario says what each thread calls, such as {@code "put 1; take"}. If all threads of one wait for ever, Lincheck
 * reports that the execution has hung; so a scenario may only contain calls that wait for each other if none is right to
 * wait for ever.
 */
public final class ModelCheck {
    private static final int SCENARIOS = Integer.getInteger("procession.lincheck.scenarios", 3);
    private static final int ORDERS = Integer.getInteger("procession.lincheck.orders", 300);
    private static final boolean STRESS = Boolean.getBoolean("procession.lincheck.stress");
    private static final long SEED = Long.getLong("procession.lincheck.seed", 1);

    /** What the argument of a call is in a random scenario: few numbers, so that they are equal now and then. */
    private static final int ARGUMENTS = 3;

    /** How often a loop may go round before Lincheck takes it for endless: more often than the longest array that is copied. */
    private static final int LOOP_BOUND = 200;

    /** A loop that only looks for a while whether to wait is not worth the places where threads could change in it. */
    private static final ManagedStrategyGuarantee LOOKS = forClasses("procession.queue.BlockingWorkQueue")
            .methods("lookForElement", "lookForRoom")
            .ignore();

    /** A short sleep between two tries would not end by itself in the model. */
    private static final ManagedStrategyGuarantee NAPS = forClasses(
                    "procession.queue.QueueEnd", "procession.queue.StoreLock")
            .methods("nap")
            .ignore();

    private final Class<?> operations;
    private final Class<?> specification;
    private final List<ExecutionScenario> scenarios = new ArrayList<>();
    private final Random random = new Random(SEED);
    private boolean isTimed;

    private ModelCheck(Class<?> operations, Class<?> specification) {
        this.operations = operations;
        this.specification = specification;
    }

    /**
     * Prepares a check.
     *
     * @param operations the class with what the threads call
     * @param specification the class that says what they have to get
     * @return the check, still without scenarios
     */
    public static ModelCheck of(Class<?> operations, Class<?> specification) {
        return new ModelCheck(operations, specification);
    }

    /**
     * Adds a scenario.
     *
     * @param threads for each thread its calls, with a semicolon between
     * @return this
     */
    public ModelCheck scenario(String... threads) {
        return scenarioBetween("", "", threads);
    }

    /**
     * Adds a scenario with something that has happened before.
     *
     * @param before the calls that come first
     * @param threads for each thread its calls
     * @return this
     */
    public ModelCheck scenarioAfter(String before, String... threads) {
        return scenarioBetween(before, "", threads);
    }

    /**
     * Adds a scenario with something that has happened before, and something that shows what has become of it.
     *
     * @param before the calls that come first
     * @param after the calls that come last
     * @param threads for each thread its calls
     * @return this
     */
    public ModelCheck scenarioBetween(String before, String after, String... threads) {
        List<List<Actor>> parallel = Arrays.stream(threads).map(this::calls).toList();
        scenarios.add(new ExecutionScenario(calls(before), parallel, calls(after), null));
        return this;
    }

    /**
     * Adds random scenarios, the same in each run of one seed.
     *
     * @param threads how many threads
     * @param callsOfEach how many calls each makes; one more comes before all of them, and one more after
     * @param offered the calls to choose from, none of which may wait; a question mark stands for a number
     * @return this
     */
    public ModelCheck randomScenarios(int threads, int callsOfEach, String... offered) {
        for (int i = 0; i < SCENARIOS; i++) {
            List<List<Actor>> parallel = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                parallel.add(randomCalls(callsOfEach, offered));
            }
            scenarios.add(new ExecutionScenario(randomCalls(1, offered), parallel, randomCalls(1, offered), null));
        }
        return this;
    }

    private List<Actor> randomCalls(int count, String... offered) {
        List<Actor> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String number = String.valueOf(1 + random.nextInt(ARGUMENTS));
            calls.add(call(offered[random.nextInt(offered.length)].replace("?", number)));
        }
        return calls;
    }

    /**
     * Says that the scenarios let {@link ModelTime} pass, which only the model checker knows.
     *
     * @return this
     */
    public ModelCheck inModelTime() {
        isTimed = true;
        return this;
    }

    private List<Actor> calls(String calls) {
        return Arrays.stream(calls.split(";"))
                .map(String::strip)
                .filter(call -> !call.isEmpty())
                .map(this::call)
                .toList();
    }

    private Actor call(String call) {
        String[] words = call.split(" ");
        List<Integer> arguments =
                Arrays.stream(words).skip(1).map(Integer::valueOf).toList();
        return new Actor(method(words[0], arguments.size()), arguments);
    }

    private Method method(String name, int arguments) {
        return Arrays.stream(operations.getMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == arguments)
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException(operations + " has no method " + name));
    }

    /** Runs each scenario in many orders, and fails with one that gives what the specification does not. */
    public void run() {
        run(new ModelCheckingOptions().loopBound(LOOP_BOUND).addGuarantee(LOOKS).addGuarantee(NAPS));
        if (STRESS && !isTimed) {
            run(new StressOptions());
        }
    }

    private void run(Options<?, ?> options) {
        scenarios.forEach(options::addCustomScenario);
        options.iterations(0);
        options.invocationsPerIteration(ORDERS);
        options.sequentialSpecification(specification);
        options.check(operations);
    }
}
