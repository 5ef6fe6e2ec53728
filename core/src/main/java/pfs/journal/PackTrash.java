package pfs.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import pfs.pack.PackStore;

/**
 * Packs that nothing needs any more, kept for a while. What makes a pack trash is a mark beside it,
 * the blob {@code NUMBER.dead}:
 *
 * <pre>
 *  0                    8             12                   20           24
 * +--------------------+-------------+--------------------+------------+
 * | magic "pfs-dead"   | u32 version | u64 until, ms from | u32 CRC32C |
 * |                    | 1           | 1970               | of 0..19   |
 * +--------------------+-------------+--------------------+------------+
 * </pre>
 *
 * <p>From the mark on, no start takes the pack's objects up again, so it may go at any time; the
 * mark goes last. Deleting the mark by hand takes the pack out of the trash: the next start with an
 * index that is made again finds its objects.
 */
final class PackTrash {
    private static final byte[] MAGIC = "pfs-dead".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int BYTES = 24;
    private static final int CRC_AT = 20;

    private final PackStore packs;

    PackTrash(PackStore packs) {
        this.packs = packs;
    }

    /** Puts a pack into the trash, to be deleted at that time; durable on return. */
    void add(long pack, long millis) throws IOException {
        ByteBuffer mark = ByteBuffer.allocate(BYTES).put(MAGIC).putInt(VERSION).putLong(millis);
        packs.put(PackNumber.dead(pack), mark.putInt(crc(mark)).flip());
    }

    private static int crc(ByteBuffer mark) {
        CRC32C crc = new CRC32C();
        crc.update(mark.slice(0, CRC_AT));
        return (int) crc.getValue();
    }

    /**
     * Deletes the packs whose time has come.
     *
     * @param deleted is told of each
     * @return bytes freed
     */
    long empty(long nowMillis, LongConsumer deleted) throws IOException {
        long freed = 0;
        for (long pack : List.copyOf(PackList.of(packs).dead())) {
            if (until(pack) <= nowMillis) {
                freed += delete(PackNumber.index(pack)) + delete(PackNumber.pack(pack));
                delete(PackNumber.dead(pack));
                deleted.accept(pack);
            }
        }
        return freed;
    }

    /** When the pack may go; a mark that cannot be read says nothing, so never but by force. */
    private long until(long pack) throws IOException {
        ByteBuffer mark = ByteBuffer.allocate(BYTES);
        packs.read(PackNumber.dead(pack), 0, mark);
        boolean whole =
                !mark.hasRemaining()
                        && mark.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                        && mark.getInt(CRC_AT) == crc(mark);
        return whole ? mark.getLong(MAGIC.length + Integer.BYTES) : Long.MAX_VALUE;
    }

    private long delete(String name) throws IOException {
        long bytes = Math.max(0, packs.size(name));
        return packs.delete(name) ? bytes : 0;
    }

    /** Bytes that are in the trash. */
    long bytes() throws IOException {
        long bytes = 0;
        for (long pack : new ArrayList<>(PackList.of(packs).dead())) {
            bytes += Math.max(0, packs.size(PackNumber.pack(pack)));
        }
        return bytes;
    }
}
