package pfs.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/**
 * The records of some objects as they lie in their packs, to be passed on to another store. They
 * are read in the order of their places, and what lies side by side in one read. For one thread.
 */
public final class StoredRecords {
    /** Bytes that are passed on at once, but for a record that is longer. */
    private static final int PIECE = 1 << 20;

    private static final Comparator<Found> BY_PLACE =
            Comparator.<Found>comparingLong(f -> f.place.pack())
                    .thenComparingInt(f -> f.place.offset());

    private final Journal journal;
    private final DirectBuffers buffers;
    private final List<Found> found = new ArrayList<>();
    private final List<ObjectId> missing = new ArrayList<>();
    private final long bytes;

    private record Found(ObjectId id, Place place) {
        int end() {
            return place.offset() + place.length();
        }

        boolean isBefore(Found next) {
            return place.pack() == next.place.pack() && end() == next.place.offset();
        }
    }

    /** Takes records. */
    public interface Sink {
        /**
         * Takes whole records, one behind the other.
         *
         * @param records direct memory, good for the call only
         */
        void records(ByteBuffer records) throws IOException;
    }

    /** Finds those of the objects that the index knows. */
    StoredRecords(Journal journal, DirectBuffers buffers, List<ObjectId> ids) {
        this.journal = journal;
        this.buffers = buffers;
        long sum = 0;
        for (ObjectId id : ids) {
            Place place = journal.place(id);
            if (place == null) {
                missing.add(id);
            } else {
                found.add(new Found(id, place));
                sum += place.length();
            }
        }
        found.sort(BY_PLACE);
        this.bytes = sum;
    }

    /** Of all records together. */
    public long bytes() {
        return bytes;
    }

    /** The objects that the index does not know. */
    public List<ObjectId> missing() {
        return List.copyOf(missing);
    }

    /**
     * Passes them all on, in no order.
     *
     * @throws PfsException CORRUPT for one that is damaged; those before it are passed on
     */
    public void pass(Sink into) throws IOException {
        int longest = found.stream().mapToInt(f -> f.place.length()).max().orElse(0);
        try (DirectBuffers.Lent lent =
                buffers.lend((int) Math.max(longest, Math.min(bytes, PIECE)))) {
            ByteBuffer piece = lent.bytes();
            for (int from = 0; from < found.size(); ) {
                int to = from + 1;
                int length = found.get(from).place.length();
                while (to < found.size()
                        && found.get(to - 1).isBefore(found.get(to))
                        && length + found.get(to).place.length() <= piece.capacity()) {
                    length += found.get(to++).place.length();
                }
                if (piece.remaining() < length) {
                    into.records(piece.flip());
                    piece.clear();
                }
                read(found.subList(from, to), piece.slice(piece.position(), length));
                piece.position(piece.position() + length);
                from = to;
            }
            if (piece.position() > 0) {
                into.records(piece.flip());
            }
        }
    }

    /** Neighbours with one read; one by one if they are not there any more as they were. */
    private void read(List<Found> neighbours, ByteBuffer into) throws IOException {
        Place first = neighbours.getFirst().place;
        try {
            journal.read(first.pack(), first.offset(), into.duplicate());
            int at = 0;
            for (Found each : neighbours) {
                ByteBuffer record = into.slice(at, each.place.length());
                Journal.verify(each.id, RecordFormat.decode(record));
                at += each.place.length();
            }
        } catch (IOException | PfsException | IllegalArgumentException e) {
            for (Found each : neighbours) {
                ByteBuffer record = journal.stored(each.id);
                if (record.remaining() != each.place.length()) {
                    throw new IOException(each.id + " was stored again otherwise", e);
                }
                into.put(record);
            }
        }
    }
}
