// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.List;
import java.util.Optional;

/** All areas that there are. */
final class Areas {
    /** In the order in which {@code --list} shows them. */
    static final List<Area> ALL = List.of(new CoreArea(), new PoolArea(), new SyncArea());

    private Areas() {}

    static Optional<Area> named(String name) {
        return ALL.stream().filter(area -> area.name().equals(name)).findFirst();
    }
}
