package pfs.pack;

import java.util.Arrays;
import java.util.HexFormat;

/** An object's id and its {@link Place}. Immutable; ordered by the id's unsigned bytes. */
public final class IndexEntry implements Comparable<IndexEntry> {
    /** Bytes of an id. */
    public static final int ID_BYTES = 32;

    private final byte[] id;
    private final Place place;

    /** Takes the array as its own: the caller must not change it afterwards. */
    public IndexEntry(byte[] id, Place place) {
        if (id.length != ID_BYTES) {
            throw new IllegalArgumentException("an id has 32 bytes, this has " + id.length);
        }
        this.id = id;
        this.place = place;
    }

    /** The array itself, not a copy: do not change it. */
    public byte[] id() {
        return id;
    }

    public Place place() {
        return place;
    }

    @Override
    public int compareTo(IndexEntry other) {
        return Arrays.compareUnsigned(id, other.id);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IndexEntry o && Arrays.equals(id, o.id) && place.equals(o.place);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(id);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(id) + " " + place;
    }
}
