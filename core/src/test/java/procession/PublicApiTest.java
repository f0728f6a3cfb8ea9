// SPDX-License-Identifier: Apache-2.0
package procession;

import org.junit.jupiter.api.Test;
import procession.testing.MavenModule;
import procession.testing.PublicApi;

class PublicApiTest {

    @Test
    void api_isTheGoldenFile() {
        PublicApi.assertMatchesGolden(MavenModule.current());
    }
}
