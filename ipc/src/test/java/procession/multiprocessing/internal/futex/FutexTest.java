// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.futex;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class FutexTest {
    /** Or else all other tests would pass without having tried it. */
    @Test
    void isAvailable_whereItIsKnown() {
        boolean known = System.getProperty("os.name").equals("Linux")
                && Set.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
        assertEquals(known, Futex.isAvailable());
    }
}
