package pfs.jobs.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import pfs.jobs.record.Framing;
import pfs.jobs.record.RecordFormat;
import pfs.jobs.record.RecordSource;
import pfs.jobs.record.Spills;
import pfs.object.ObjectId;

/**
 * Cuts sorted records into ranges of keys of about 1 MiB, between groups, at content-defined keys:
 * whether a range ends behind a group depends on the group's key and size, so that an edit changes
 * the range it is in and at most a few beside it. Not thread-safe.
 */
final class RangeCutter {
    private static final int LEAST = 512 << 10;
    private static final int MORE = 512 << 10;
    private static final int MOST = 4 << 20;
    private static final int HASHED_AT_ONCE = 16 << 10;

    private final RecordSource records;
    private final Framing framing;
    private final boolean perKey;
    private final boolean identified;
    private final Spills spills;
    private final long partBytes;
    private boolean pending;
    private long passed;
    private long partEnd;

    /**
     * @param perKey whether each group is sent alone, as its values
     * @param identified whether ranges tell their identity; if not, it is the same for all
     * @param partBytes a range ends a part when so many bytes of records came since the last end
     */
    RangeCutter(
            RecordSource records,
            Framing framing,
            boolean perKey,
            boolean identified,
            Spills spills,
            long partBytes)
            throws IOException {
        this.records = records;
        this.framing = framing;
        this.perKey = perKey;
        this.identified = identified;
        this.spills = spills;
        this.partBytes = partBytes;
        this.partEnd = partBytes;
        this.pending = records.next();
    }

    /** The next range; null at the end. The caller closes it. */
    @Nullable KeyRange next() throws IOException {
        if (!pending) {
            return null;
        }
        Building range = new Building();
        try {
            while (pending) {
                long size = range.addGroup();
                boolean partEnds = passed >= partEnd;
                if (partEnds) {
                    partEnd += partBytes;
                }
                if (partEnds || range.ends(size) || !pending) {
                    return range.done(partEnds);
                }
            }
            throw new IllegalStateException("a range without end");
        } catch (IOException | RuntimeException e) {
            range.body.close();
            throw e;
        }
    }

    private final class Building {
        private final MessageDigest sha = ObjectId.sha256();
        private final Spool body = new Spool(spills);
        private final List<KeyRange.Group> groups = new ArrayList<>();
        private final ByteBuffer unhashed =
                ByteBuffer.allocate(HASHED_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);
        private byte @Nullable [] first;
        private byte[] last = new byte[0];
        private long count;

        /** Takes all records of the current key; how many bytes they are. */
        long addGroup() throws IOException {
            last =
                    Arrays.copyOfRange(
                            records.bytes(), records.key(), records.key() + records.keyLength());
            if (first == null) {
                first = last;
            }
            long start = body.size();
            long bytes = 0;
            do {
                bytes += add();
                pending = records.next();
            } while (pending && sameKey());
            if (perKey) {
                groups.add(new KeyRange.Group(last, start, body.size()));
            }
            passed += bytes;
            return bytes;
        }

        private boolean sameKey() {
            return records.keyLength() == last.length
                    && Arrays.equals(
                            records.bytes(),
                            records.key(),
                            records.key() + last.length,
                            last,
                            0,
                            last.length);
        }

        private int add() throws IOException {
            int keyLength = records.keyLength();
            int tailLength = records.tailLength();
            if (identified) {
                hash(keyLength, tailLength);
            }
            if (perKey) {
                RecordFormat.writeValue(framing, records, body);
            } else if (framing == Framing.TSV) {
                body.writeLine(records.bytes(), records.key(), keyLength + tailLength);
            } else {
                RecordFormat.write(framing, records, body);
            }
            count++;
            return keyLength + tailLength + 8;
        }

        /**
         * Gathers records before they are hashed: most are much shorter than what SHA-256 likes.
         */
        private void hash(int keyLength, int tailLength) {
            int length = keyLength + tailLength;
            if (unhashed.remaining() < 8 + length) {
                hashGathered();
            }
            unhashed.putInt(keyLength).putInt(tailLength);
            if (length <= unhashed.remaining()) {
                unhashed.put(records.bytes(), records.key(), length);
            } else {
                hashGathered();
                sha.update(records.bytes(), records.key(), length);
            }
        }

        private void hashGathered() {
            sha.update(unhashed.array(), 0, unhashed.position());
            unhashed.clear();
        }

        /** Whether the range ends behind the group just added, of so many bytes. */
        boolean ends(long groupBytes) {
            if (body.size() >= MOST) {
                return true;
            }
            if (body.size() < LEAST) {
                return false;
            }
            CRC32C crc = new CRC32C();
            crc.update(last);
            return crc.getValue() * (double) MORE < groupBytes * 0x1p32;
        }

        KeyRange done(boolean endsPart) {
            byte[] from = first == null ? last : first;
            hashGathered();
            return new KeyRange(
                    ObjectId.decode(sha.digest(), 0), body, groups, from, last, count, endsPart);
        }
    }
}
