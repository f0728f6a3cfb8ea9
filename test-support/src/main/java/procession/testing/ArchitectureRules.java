// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.io.FileDescriptor;
import java.nio.file.Path;
import java.util.List;

/** Rules about who may use what, for the main classes of any of our modules. */
public final class ArchitectureRules {

    private static final DescribedPredicate<JavaClass> API = describe(
            "the API that an internal package serves",
            type -> !type.getPackageName().contains("internal"));

    private static final DescribedPredicate<JavaClass> SIGNALS = describe(
            "the supported part of sun.misc",
            type -> type.getName().equals("sun.misc.Signal") || type.getName().equals("sun.misc.SignalHandler"));

    private ArchitectureRules() {}

    /**
     * Reads compiled classes.
     *
     * @param directory a directory of classes
     * @return the classes
     */
    public static JavaClasses classesIn(Path directory) {
        return new ClassFileImporter().importPath(directory);
    }

    /**
     * Returns all rules.
     *
     * @param printing packages, in ArchUnit's notation, that may use the standard streams
     * @return the rules
     */
    public static List<ArchRule> all(String... printing) {
        return List.of(
                noSleep(),
                noStandardStreams(printing),
                noUnsafe(),
                noCycles(),
                deserializationInOnePlace(),
                processesInTwoPlaces(),
                nativeCallsInOnePlace(),
                tellingNames());
    }

    /**
     * Nothing sleeps: a wait has a condition to wait for, and wakes up when it holds.
     *
     * @return the rule
     */
    public static ArchRule noSleep() {
        return noClasses()
                .should()
                .callMethodWhere(describe(
                        "the target sleeps",
                        call -> call.getName().equals("sleep")
                                && (call.getTargetOwner().isAssignableTo(Thread.class)
                                        || call.getTargetOwner().isEquivalentTo(java.util.concurrent.TimeUnit.class))))
                .as("no class should sleep")
                .allowEmptyShould(true);
    }

    /**
     * A library does not print.
     *
     * @param printing packages, in ArchUnit's notation, that may use the standard streams
     * @return the rule
     */
    public static ArchRule noStandardStreams(String... printing) {
        DescribedPredicate<JavaClass> may =
                printing.length == 0 ? DescribedPredicate.alwaysFalse() : resideInAnyPackage(printing);
        return noClasses()
                .that(DescribedPredicate.not(may))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .accessField(FileDescriptor.class, "out")
                .orShould()
                .accessField(FileDescriptor.class, "err")
                .orShould()
                .callMethodWhere(describe(
                        "the target prints a stack",
                        call -> call.getTargetOwner().isAssignableTo(Throwable.class)
                                && call.getName().equals("printStackTrace")
                                && call.getTarget().getRawParameterTypes().isEmpty()))
                .allowEmptyShould(true);
    }

    /**
     * Nothing depends on what a later JDK takes away, which signals are not part of.
     *
     * @return the rule
     */
    public static ArchRule noUnsafe() {
        return noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("sun..", "jdk.internal..").and(DescribedPredicate.not(SIGNALS)))
                .allowEmptyShould(true);
    }

    /**
     * Packages have no cycles. That an internal package uses the API which it serves is no cycle: the API's types have
     * to be made somewhere.
     *
     * @return the rule
     */
    public static ArchRule noCycles() {
        SliceRule rule =
                slices().matching("(**)").namingSlices("package $1").should().beFreeOfCycles();
        return rule.ignoreDependency(resideInAnyPackage("..internal.."), API).allowEmptyShould(true);
    }

    /**
     * Objects are read from bytes in one package only, which is where the filter is.
     *
     * @return the rule
     */
    public static ArchRule deserializationInOnePlace() {
        return noClasses()
                .that()
                .resideOutsideOfPackage("procession.multiprocessing.internal.wire..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.io.ObjectInputStream.class)
                .allowEmptyShould(true);
    }

    /**
     * Processes are started and looked at by two packages only.
     *
     * @return the rule
     */
    public static ArchRule processesInTwoPlaces() {
        return noClasses()
                .that()
                .resideOutsideOfPackages("..internal.os..", "..internal.launch..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ProcessBuilder.class, ProcessHandle.class)
                .orShould()
                .callMethodWhere(describe(
                        "the target is Runtime.exec",
                        call -> call.getTargetOwner().isEquivalentTo(Runtime.class)
                                && call.getName().equals("exec")))
                .allowEmptyShould(true);
    }

    /**
     * Native calls are made by one package only, so that all else works where there are none.
     *
     * @return the rule
     */
    public static ArchRule nativeCallsInOnePlace() {
        return noClasses()
                .that()
                .resideOutsideOfPackage("..internal.futex..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.sun.jna..")
                .orShould()
                .callMethodWhere(describe(
                        "the target loads a library",
                        call -> (call.getTargetOwner().isEquivalentTo(System.class)
                                        || call.getTargetOwner().isEquivalentTo(Runtime.class))
                                && (call.getName().equals("load")
                                        || call.getName().equals("loadLibrary"))))
                .allowEmptyShould(true);
    }

    /**
     * A name says what a thing is.
     *
     * @return the rule
     */
    public static ArchRule tellingNames() {
        return noClasses()
                .should()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Helpers")
                .orShould()
                .haveSimpleNameEndingWith("Impl2")
                .allowEmptyShould(true);
    }
}
