// SPDX-License-Identifier: Apache-2.0
package procession;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import procession.testing.ArchitectureRules;
import procession.testing.MavenModule;

class ArchitectureTest {

    private static final JavaClasses CLASSES =
            ArchitectureRules.classesIn(MavenModule.current().classes());

    static List<ArchRule> rules() {
        return ArchitectureRules.all("procession.internal.progress");
    }

    @ParameterizedTest
    @MethodSource("rules")
    void mainClasses_keep(ArchRule rule) {
        rule.check(CLASSES);
    }
}
