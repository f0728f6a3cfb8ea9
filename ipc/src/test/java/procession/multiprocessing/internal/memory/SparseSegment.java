// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Segments that seem to be large, for tests that touch few of their pages. */
public final class SparseSegment {
    private static final int PAGE_BYTES = 4096;

    private SparseSegment() {}

    /** Copies the first page of an object's segment into one of another length, and returns the same object there. */
    public static Cell copyOf(Cell cell, long bytes) {
        SharedDirectory directory = cell.segment().directory();
        Path file = directory.path().resolve("sparse-" + cell.segment().file().getFileName());
        try {
            ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES).order(ByteOrder.nativeOrder());
            page.put(cell.segment().memory().duplicate().limit(PAGE_BYTES)).flip();
            page.putLong(SegmentDescriptor.BYTES_AT, bytes);
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                channel.write(page);
                channel.write(ByteBuffer.allocate(1), bytes - 1);
                Segment sparse = directory.attachAnew(String.valueOf(file.getFileName()));
                return Cells.find(sparse, cell.offset(), cell.kind());
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
