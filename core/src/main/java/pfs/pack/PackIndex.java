package pfs.pack;

import java.util.List;
import java.util.Optional;

/**
 * The places of objects by id. It is a cache: after a crash it may have forgotten what was put
 * last, but never knows a position without all that was put with it or before it; what lies behind
 * {@link #position} is read from the packs again. Thread-safe. Ids are 32 bytes. Failures of the
 * engine are a PfsException with STOPPED or DISK_FULL.
 */
public interface PackIndex extends AutoCloseable {
    /** Up to where the packs are indexed: all packs of lower numbers, and this many bytes. */
    record Position(long pack, long offset) {
        /** Nothing is indexed. */
        public static final Position START = new Position(0, 0);
    }

    /** The place of an object; empty if the index knows none. */
    Optional<Place> find(byte[] id);

    /** False if the index surely does not know an object; true says nothing. Never waits. */
    default boolean mayKnow(byte[] id) {
        return true;
    }

    /** Adds entries (in the place of older ones of the same id), and says what they complete. */
    void put(List<IndexEntry> entries, Position position);

    /** Adds entries, as when records were moved to another pack; the position stays. */
    void put(List<IndexEntry> entries);

    /** Forgets ids, as far as they are in that pack: what has moved meanwhile stays. */
    void remove(List<byte[]> ids, long pack);

    /** The last position that was put; {@link Position#START} for an empty index. */
    Position position();

    /**
     * The next entries of a kind whose ids begin with the first {@code bits} of {@code prefix}, in
     * order. Costs a seek, and a step for each such id of any kind.
     */
    List<IndexEntry> scan(byte[] prefix, int bits, int kind, int limit);

    /** The next entries of any kind with ids greater than {@code after} (none: from the first). */
    List<IndexEntry> list(byte[] after, int limit);

    /** Forgets all, the position too. */
    void clear();

    @Override
    void close();
}
