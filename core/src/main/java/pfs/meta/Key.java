package pfs.meta;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** A key: immutable bytes, ordered as unsigned bytes. Keys of text parts join them with a zero. */
public final class Key implements Comparable<Key> {
    public static final Key EMPTY = new Key(new byte[0]);

    private final byte[] bytes;

    private Key(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array as its own: the caller must not change it afterwards. */
    public static Key of(byte[] bytes) {
        return new Key(bytes);
    }

    /**
     * The parts joined by zero bytes: {@code of("ref", "x")} is a prefix of {@code of("ref", "x",
     * "y")}.
     */
    public static Key of(String... parts) {
        return new Key(String.join("\0", parts).getBytes(StandardCharsets.UTF_8));
    }

    /** This key with more bytes behind it. */
    public Key append(byte[] more) {
        byte[] joined = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, joined, bytes.length, more.length);
        return new Key(joined);
    }

    public Key append(String more) {
        return append(more.getBytes(StandardCharsets.UTF_8));
    }

    public boolean startsWith(Key prefix) {
        return bytes.length >= prefix.bytes.length
                && Arrays.mismatch(
                                bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length)
                        < 0;
    }

    /** The array itself, not a copy: do not change it. */
    public byte[] array() {
        return bytes;
    }

    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key o && Arrays.equals(bytes, o.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
