package pfs.object;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of an object's bytes (FIPS 180-4), 32 bytes kept as four longs. Immutable; ordered as
 * unsigned bytes.
 */
public final class ObjectId implements Comparable<ObjectId> {
    /** Bytes of an id. */
    public static final int BYTES = 32;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final long a;
    private final long b;
    private final long c;
    private final long d;

    private ObjectId(long a, long b, long c, long d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    /** Reads 32 bytes at {@code offset}. */
    public static ObjectId decode(byte[] bytes, int offset) {
        return new ObjectId(
                (long) LONG.get(bytes, offset),
                (long) LONG.get(bytes, offset + 8),
                (long) LONG.get(bytes, offset + 16),
                (long) LONG.get(bytes, offset + 24));
    }

    /** Reads the next 32 bytes of a big-endian buffer. */
    public static ObjectId decode(ByteBuffer from) {
        return new ObjectId(from.getLong(), from.getLong(), from.getLong(), from.getLong());
    }

    /** Parses 64 hex digits; throws IllegalArgumentException for anything else. */
    public static ObjectId parse(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("an id has 64 hex digits, this has " + hex.length());
        }
        return decode(bytes, 0);
    }

    /** The id of these bytes. */
    public static ObjectId of(byte[] bytes, int offset, int length) {
        MessageDigest sha = sha256();
        sha.update(bytes, offset, length);
        return decode(sha.digest(), 0);
    }

    public static ObjectId of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /** A new SHA-256; every Java platform has one. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public void encode(byte[] into, int offset) {
        LONG.set(into, offset, a);
        LONG.set(into, offset + 8, b);
        LONG.set(into, offset + 16, c);
        LONG.set(into, offset + 24, d);
    }

    public void encode(ByteBuffer into) {
        into.putLong(a).putLong(b).putLong(c).putLong(d);
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        encode(bytes, 0);
        return bytes;
    }

    /** The first eight bytes, which are as random as the whole: for boundaries and cache slots. */
    public long prefix() {
        return a;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectId o && a == o.a && b == o.b && c == o.c && d == o.d;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a);
    }

    @Override
    public int compareTo(ObjectId o) {
        int first = Long.compareUnsigned(a, o.a);
        if (first != 0) {
            return first;
        }
        int second = Long.compareUnsigned(b, o.b);
        if (second != 0) {
            return second;
        }
        int third = Long.compareUnsigned(c, o.c);
        return third != 0 ? third : Long.compareUnsigned(d, o.d);
    }

    /** 64 lower-case hex digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(toBytes());
    }
}
