// SPDX-License-Identifier: Apache-2.0
package procession;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import procession.testing.MavenModule;
import procession.testing.SourceRules;

class SourceRulesTest {

    @Test
    void mainSources_keepTheRules() {
        assertEquals(List.of(), SourceRules.violations(MavenModule.current().sources()));
    }

    @Test
    void testSources_keepTheRules() {
        assertEquals(List.of(), SourceRules.violations(MavenModule.current().testSources()));
    }
}
