package pfs.pack.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackStore;

/**
 * Where the segments of a pack begin, and how long it is. Immutable.
 *
 * @param offsets ascending, the first is 0; all are less than {@code size}
 * @param ended true if nothing can be appended
 */
record SegmentTable(long[] offsets, long size, boolean ended) {
    static final SegmentTable EMPTY = new SegmentTable(new long[0], 0, false);

    /** With a segment more at the end. */
    SegmentTable with(long bytes) {
        long[] more = Arrays.copyOf(offsets, offsets.length + 1);
        more[offsets.length] = size;
        return new SegmentTable(more, size + bytes, ended);
    }

    /** Cut to a size. */
    SegmentTable finished(long bytes) {
        int count = 0;
        while (count < offsets.length && offsets[count] < bytes) {
            count++;
        }
        return new SegmentTable(Arrays.copyOf(offsets, count), bytes, true);
    }

    /** The segment that has all of these bytes; empty if none has. */
    Optional<AppendablePackStore.Part> locate(String name, long offset, int length) {
        if (offset + length > size) {
            return Optional.empty();
        }
        int segment = segmentOf(offset);
        return offset + length > end(segment)
                ? Optional.empty()
                : Optional.of(
                        new AppendablePackStore.Part(
                                SegmentNames.segment(name, offsets[segment]),
                                SegmentHeader.BYTES + offset - offsets[segment]));
    }

    private int segmentOf(long offset) {
        int found = Arrays.binarySearch(offsets, offset);
        return found >= 0 ? found : -found - 2;
    }

    private long end(int segment) {
        return segment + 1 < offsets.length ? offsets[segment + 1] : size;
    }

    /** As {@link PackStore#read}, of the pack, from its segments. */
    int read(PackStore store, String name, long offset, ByteBuffer into) throws IOException {
        if (offset >= size) {
            return -1;
        }
        List<Part> parts = new ArrayList<>();
        int begin = into.position();
        long at = offset;
        while (into.hasRemaining() && at < size) {
            int segment = segmentOf(at);
            int count = (int) Math.min(into.remaining(), end(segment) - at);
            parts.add(
                    new Part(
                            store,
                            SegmentNames.segment(name, offsets[segment]),
                            at - offsets[segment],
                            into.slice(into.position(), count)));
            into.position(into.position() + count);
            at += count;
        }
        if (parts.size() == 1) {
            parts.getFirst().call();
        } else {
            AtOnce.all(parts);
        }
        return into.position() - begin;
    }

    /** What a read needs of one segment. */
    private record Part(PackStore store, String segment, long within, ByteBuffer into)
            implements Callable<Integer> {
        @Override
        public Integer call() throws IOException {
            long at = SegmentHeader.BYTES + within;
            while (into.hasRemaining()) {
                int count = store.read(segment, at, into);
                if (count <= 0) {
                    throw new NoSuchFileException(segment + " is shorter than its pack says");
                }
                at += count;
            }
            return into.position();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SegmentTable(long[] o, long s, boolean e)
                && Arrays.equals(offsets, o)
                && size == s
                && ended == e;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(offsets);
    }

    @Override
    public String toString() {
        return offsets.length + " segments, " + size + " bytes" + (ended ? ", ended" : "");
    }
}
