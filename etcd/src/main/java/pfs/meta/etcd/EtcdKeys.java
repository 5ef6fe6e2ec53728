package pfs.meta.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import java.util.Arrays;
import pfs.meta.Key;

/**
 * What pfs keeps in etcd, below a prefix and a slash:
 *
 * <pre>
 * key    'k' key       a pair      value  the value; its version is etcd's revision of the change
 *        'l' name      a lease     value  the holder; its token is etcd's revision of the taking;
 *                                         bound to an etcd lease of the holder's own
 *        'r' receipt   a receipt   value  see {@link Receipts}
 * </pre>
 */
final class EtcdKeys {
    private final byte[] pairs;
    private final byte[] leases;
    private final byte[] receipts;

    EtcdKeys(String prefix) {
        this.pairs = (prefix + "/k").getBytes(UTF_8);
        this.leases = (prefix + "/l").getBytes(UTF_8);
        this.receipts = (prefix + "/r").getBytes(UTF_8);
    }

    private static ByteSequence joined(byte[] kind, byte[] key) {
        byte[] joined = Arrays.copyOf(kind, kind.length + key.length);
        System.arraycopy(key, 0, joined, kind.length, key.length);
        return ByteSequence.from(joined);
    }

    ByteSequence pair(Key key) {
        return joined(pairs, key.array());
    }

    Key pair(ByteSequence stored) {
        byte[] bytes = stored.getBytes();
        return Key.of(Arrays.copyOfRange(bytes, pairs.length, bytes.length));
    }

    /** The first key behind all pairs whose keys begin with the prefix. */
    ByteSequence pastPairs(Key prefix) {
        return past(pair(prefix));
    }

    /** The least key greater than the key. */
    static ByteSequence after(ByteSequence key) {
        return ByteSequence.from(Arrays.copyOf(key.getBytes(), key.size() + 1));
    }

    /** The first key behind all that begin with the prefix, which holds a byte below 0xff. */
    static ByteSequence past(ByteSequence prefix) {
        byte[] bytes = prefix.getBytes();
        int end = bytes.length;
        while (bytes[end - 1] == (byte) 0xff) {
            end--;
        }
        byte[] past = Arrays.copyOf(bytes, end);
        past[end - 1]++;
        return ByteSequence.from(past);
    }

    ByteSequence lease(Key name) {
        return joined(leases, name.array());
    }

    ByteSequence receipt(String name) {
        return joined(receipts, name.getBytes(UTF_8));
    }
}
