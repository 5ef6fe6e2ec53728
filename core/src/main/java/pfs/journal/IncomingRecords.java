package pfs.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.PackRecord;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/**
 * Takes the records of objects that another store sends, as they lie in its packs: nothing is
 * compressed again. The bytes of each are hashed, so nothing comes in under an id that is not its
 * own. Thread-safe; many threads hash beside each other.
 */
final class IncomingRecords {
    private final Journal journal;
    private final PackLog log;
    private final Places places;
    private final Compressor compressor;

    IncomingRecords(Journal journal, PackLog log, Places places, Compressor compressor) {
        this.journal = journal;
        this.log = log;
        this.places = places;
        this.compressor = compressor;
    }

    /** A record that was found to be right and is not here yet. */
    private record Fresh(ObjectId id, int kind, int length) {}

    /**
     * Stores those that are not here, neighbours with one write.
     *
     * @param records whole ones, one behind the other, in a buffer that has an array
     * @throws PfsException CORRUPT if one is no intact record of an object; some of those before it
     *     may be stored
     */
    void receive(ByteBuffer records) {
        ByteBuffer all = records.slice();
        Run run = new Run(all);
        SentRecord.each(all, run::take);
        run.store();
    }

    /** Records that lie side by side and are to be stored. */
    private final class Run {
        private final ByteBuffer all;
        private final List<Fresh> fresh = new ArrayList<>();
        private int from;
        private int to;

        Run(ByteBuffer all) {
            this.all = all;
        }

        void take(ByteBuffer record) {
            PackRecord decoded = RecordFormat.decode(record);
            ObjectId id = ObjectId.decode(decoded.id(), 0);
            if (journal.contains(id)) {
                store();
                from = to + record.limit();
            } else {
                verify(decoded, id);
                fresh.add(new Fresh(id, decoded.kind(), record.limit()));
            }
            to += record.limit();
        }

        void store() {
            if (!fresh.isEmpty()) {
                IncomingRecords.this.store(all.slice(from, to - from), fresh);
                fresh.clear();
            }
            from = to;
        }
    }

    /**
     * Stores one, also if it is here: for an object whose record here is damaged.
     *
     * @return its id
     */
    ObjectId receiveAgain(ByteBuffer record) {
        PackRecord decoded = RecordFormat.decode(record.slice());
        ObjectId id = ObjectId.decode(decoded.id(), 0);
        verify(decoded, id);
        store(record.slice(), List.of(new Fresh(id, decoded.kind(), record.remaining())));
        return id;
    }

    private void store(ByteBuffer records, List<Fresh> fresh) {
        Iterator<Fresh> each = fresh.iterator();
        log.appendAll(
                records,
                position -> {
                    Fresh next = each.next();
                    long pack = PackNumber.number(position);
                    int offset = (int) PackNumber.offset(position);
                    places.add(next.id, new Place(next.kind, pack, offset, next.length));
                });
        if (places.pending() > Journal.MAX_PENDING) {
            journal.flush();
        }
    }

    private void verify(PackRecord record, ObjectId id) {
        try {
            ObjectKind.of(record.kind());
            ByteBuffer raw = record.payload();
            if (record.flags() != RecordFormat.PLAIN) {
                raw = ByteBuffer.wrap(compressor.raw(record));
            }
            int offset = raw.arrayOffset() + raw.position();
            if (!ObjectId.of(raw.array(), offset, raw.remaining()).equals(id)) {
                throw new IllegalArgumentException("its bytes have another id");
            }
        } catch (IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "the record of " + id + " that was sent is refused: " + e.getMessage(),
                    id.toString(),
                    e);
        }
    }
}
