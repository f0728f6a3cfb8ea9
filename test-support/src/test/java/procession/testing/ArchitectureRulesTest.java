// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import procession.testing.planted.Violations;
import procession.testing.planted.a.InA;
import procession.testing.planted.b.InB;
import procession.testing.planted.internal.os.StartsProcessLegally;

class ArchitectureRulesTest {

    private static boolean finds(ArchRule rule, Class<?>... types) {
        JavaClasses classes = new ClassFileImporter().importClasses(types);
        return rule.evaluate(classes).hasViolation();
    }

    @Test
    void noSleep_findsBothKinds() {
        assertTrue(finds(ArchitectureRules.noSleep(), Violations.Sleeps.class));
        assertTrue(finds(ArchitectureRules.noSleep(), Violations.SleepsToo.class));
        assertFalse(finds(ArchitectureRules.noSleep(), Violations.Prints.class));
    }

    @Test
    void noStandardStreams_findsBothKinds_exceptWhereAllowed() {
        assertTrue(finds(ArchitectureRules.noStandardStreams(), Violations.Prints.class));
        assertTrue(finds(ArchitectureRules.noStandardStreams(), Violations.PrintsStack.class));
        assertTrue(finds(ArchitectureRules.noStandardStreams("..other.."), Violations.Prints.class));
        assertFalse(finds(ArchitectureRules.noStandardStreams("..planted.."), Violations.Prints.class));
    }

    @Test
    void noCycles_findsACycle_butLetsInternalsUseTheirApi() {
        assertTrue(finds(ArchitectureRules.noCycles(), InA.class, InB.class));
        assertFalse(finds(ArchitectureRules.noCycles(), Violations.class, StartsProcessLegally.class));
    }

    @Test
    void deserializationInOnePlace_findsAnotherPlace() {
        assertTrue(finds(ArchitectureRules.deserializationInOnePlace(), Violations.Deserializes.class));
    }

    @Test
    void processesInTwoPlaces_findsAThird() {
        assertTrue(finds(ArchitectureRules.processesInTwoPlaces(), Violations.StartsProcess.class));
        assertTrue(finds(ArchitectureRules.processesInTwoPlaces(), Violations.Executes.class));
        assertFalse(finds(ArchitectureRules.processesInTwoPlaces(), StartsProcessLegally.class));
    }

    @Test
    void nativeCallsInOnePlace_findsAnotherPlace() {
        assertTrue(finds(ArchitectureRules.nativeCallsInOnePlace(), Violations.LoadsLibrary.class));
        assertFalse(finds(ArchitectureRules.nativeCallsInOnePlace(), Violations.Prints.class));
    }

    @Test
    void tellingNames_findsUtils() {
        assertTrue(finds(ArchitectureRules.tellingNames(), Violations.PlantedUtils.class));
    }

    @Test
    void noUnsafe_findsUse() {
        // Our own code cannot plant it, because the compiler refuses; this class of the JDK uses the internal one.
        assertTrue(finds(ArchitectureRules.noUnsafe(), LockSupport.class));
        assertFalse(finds(ArchitectureRules.noUnsafe(), Violations.Prints.class));
    }

    @Test
    void all_onNoClasses_pass() {
        ArchitectureRules.all().forEach(rule -> assertFalse(finds(rule)));
    }
}
