package pfs.meta.rocksdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A lease as it is stored: u64 token, i64 the moment it runs out in milliseconds since 1970, the
 * holder in UTF-8.
 */
record LeaseRecord(long token, long until, String holder) {
    static final LeaseRecord NONE = new LeaseRecord(0, Long.MIN_VALUE, "");

    byte[] encode() {
        byte[] name = holder.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 * Long.BYTES + name.length)
                .putLong(token)
                .putLong(until)
                .put(name)
                .array();
    }

    static LeaseRecord decode(byte[] stored) {
        ByteBuffer from = ByteBuffer.wrap(stored);
        long token = from.getLong();
        long until = from.getLong();
        return new LeaseRecord(token, until, StandardCharsets.UTF_8.decode(from).toString());
    }
}
