// SPDX-License-Identifier: Apache-2.0
package procession.testing.planted.internal.os;

import java.io.IOException;
import procession.testing.planted.Violations;

/** Starts a process in a package that may, and uses the API that it serves. */
public final class StartsProcessLegally {

    Process start(Class<Violations> unused) throws IOException {
        return new ProcessBuilder(unused.getName()).start();
    }
}
