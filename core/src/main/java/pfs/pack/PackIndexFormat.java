package pfs.pack;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The index blob beside a finished pack: the places of its objects, sorted by id. Immutable.
 *
 * <pre>
 *  0                    8             12              20               28          32
 * +--------------------+-------------+---------------+----------------+-----------+
 * | magic "pfsindex"   | u32 version | u64 the pack's| u64 the pack's | u32 count |
 * |                    | 1           | number        | bytes          |           |
 * +--------------------+-------------+---------------+----------------+-----------+
 * | count times:  32 bytes id | u8 kind | u32 offset | u32 length     (41 bytes)  |
 * +--------------------------------------------------------------------------------+
 * | u32 CRC32C of all before |
 * +--------------------------+
 * </pre>
 */
public final class PackIndexFormat {
    private static final int VERSION = 1;
    private static final byte[] MAGIC = "pfsindex".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 32;
    private static final int ENTRY = IndexEntry.ID_BYTES + 1 + 4 + 4;
    private static final int TRAILER = 4;

    private final ByteBuffer blob;
    private final long pack;
    private final long packBytes;
    private final int count;

    private PackIndexFormat(ByteBuffer blob) {
        this.blob = blob;
        this.pack = blob.getLong(12);
        this.packBytes = blob.getLong(20);
        this.count = blob.getInt(28);
    }

    /** The blob for a pack; of entries with the same id, one is kept. */
    public static ByteBuffer encode(long pack, long packBytes, Collection<IndexEntry> entries) {
        Collection<IndexEntry> sorted = new TreeSet<>(entries);
        ByteBuffer blob = ByteBuffer.allocate(HEADER + sorted.size() * ENTRY + TRAILER);
        blob.put(MAGIC).putInt(VERSION).putLong(pack).putLong(packBytes).putInt(sorted.size());
        for (IndexEntry entry : sorted) {
            Place place = entry.place();
            if (place.pack() != pack || place.offset() + (long) place.length() > packBytes) {
                throw new IllegalArgumentException(entry + " is not in pack " + pack);
            }
            blob.put(entry.id()).put((byte) place.kind());
            blob.putInt(place.offset()).putInt(place.length());
        }
        return blob.putInt(crc(blob, blob.position())).flip();
    }

    private static int crc(ByteBuffer blob, int length) {
        CRC32C crc = new CRC32C();
        crc.update(blob.slice(0, length));
        return (int) crc.getValue();
    }

    /**
     * The index in a blob, position to limit, whose bytes it shares.
     *
     * @throws PfsException CORRUPT
     */
    public static PackIndexFormat decode(ByteBuffer from) {
        ByteBuffer blob = from.slice();
        int length = blob.limit();
        if (length < HEADER + TRAILER
                || !blob.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                || blob.getInt(length - TRAILER) != crc(blob, length - TRAILER)) {
            throw damaged("its checksum is wrong");
        }
        if (blob.getInt(MAGIC.length) != VERSION) {
            throw damaged("it has format version " + blob.getInt(MAGIC.length));
        }
        PackIndexFormat index = new PackIndexFormat(blob);
        if (index.count < 0 || HEADER + (long) index.count * ENTRY + TRAILER != length) {
            throw damaged(index.count + " entries cannot have " + length + " bytes");
        }
        for (int i = 0; i < index.count; i++) {
            Place place = index.place(i);
            if (place.offset() + (long) place.length() > index.packBytes
                    || (i > 0 && Arrays.compareUnsigned(index.id(i - 1), index.id(i)) >= 0)) {
                throw damaged("entry " + i + " is out of order or outside of the pack");
            }
        }
        return index;
    }

    private static PfsException damaged(String why) {
        return new PfsException(ErrorCode.CORRUPT, "the pack's index is damaged: " + why);
    }

    /** The number of the pack. */
    public long pack() {
        return pack;
    }

    /** Bytes of the pack. */
    public long packBytes() {
        return packBytes;
    }

    public int count() {
        return count;
    }

    private byte[] id(int i) {
        byte[] id = new byte[IndexEntry.ID_BYTES];
        blob.get(HEADER + i * ENTRY, id);
        return id;
    }

    private Place place(int i) {
        int at = HEADER + i * ENTRY + IndexEntry.ID_BYTES;
        return new Place(blob.get(at) & 0xff, pack, blob.getInt(at + 1), blob.getInt(at + 5));
    }

    /** The i-th entry in the order of the ids. */
    public IndexEntry entry(int i) {
        return new IndexEntry(id(i), place(i));
    }

    /** All entries in the order of the ids, made as they are asked for. */
    public List<IndexEntry> entries() {
        return new java.util.AbstractList<>() {
            @Override
            public IndexEntry get(int i) {
                return entry(java.util.Objects.checkIndex(i, count));
            }

            @Override
            public int size() {
                return count;
            }
        };
    }

    /** The place of an id, by binary search; empty if the pack does not have it. */
    public Optional<Place> find(byte[] id) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Arrays.compareUnsigned(id(middle), id);
            if (order == 0) {
                return Optional.of(place(middle));
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }
}
