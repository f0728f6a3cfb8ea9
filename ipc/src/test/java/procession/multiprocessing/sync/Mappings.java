// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.IOException;
import java.util.Objects;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.Cells;
import procession.multiprocessing.internal.memory.Segment;

/** Maps memory a second time, as another process would. */
final class Mappings {
    private Mappings() {}

    static Cell again(Cell cell) throws IOException {
        Segment segment = cell.segment();
        String name = Objects.requireNonNull(segment.file().getFileName()).toString();
        return Cells.find(segment.directory().attachAnew(name), cell.offset(), cell.kind());
    }
}
