package pfs.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A key of a directory: the UTF-8 of a file's name, or of a directory's name and a slash; a slice
 * of an array that nobody changes. Ordered by unsigned bytes.
 */
final class Key implements Comparable<Key> {
    private final byte[] bytes;
    private final int from;
    private final int to;

    Key(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    static Key of(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new Key(utf8, 0, utf8.length);
    }

    byte[] array() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    int length() {
        return to - from;
    }

    /** True for the key of a directory. */
    boolean ofDirectory() {
        return to > from && bytes[to - 1] == '/';
    }

    boolean startsWith(Key prefix) {
        return length() >= prefix.length()
                && Arrays.equals(
                        bytes, from, from + prefix.length(), prefix.bytes, prefix.from, prefix.to);
    }

    int commonPrefix(Key other) {
        int at = Arrays.mismatch(bytes, from, to, other.bytes, other.from, other.to);
        return at < 0 ? length() : at;
    }

    /** The key of the directory of this file's name. */
    Key asDirectory() {
        byte[] key = Arrays.copyOfRange(bytes, from, to + 1);
        key[key.length - 1] = '/';
        return new Key(key, 0, key.length);
    }

    /** The key of the file of this directory's name. */
    Key asFile() {
        return new Key(bytes, from, to - 1);
    }

    /** The name alone. */
    String name() {
        int end = ofDirectory() ? to - 1 : to;
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(bytes, from, to, other.bytes, other.from, other.to);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && compareTo(key) == 0;
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
