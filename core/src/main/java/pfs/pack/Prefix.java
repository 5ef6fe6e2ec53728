package pfs.pack;

import java.util.Arrays;

/** The first bits of an id. */
public final class Prefix {
    private final byte[] bytes;
    private final int bits;

    /** The first {@code bits} of these bytes; 0 is every id's prefix. */
    public Prefix(byte[] bytes, int bits) {
        if (bits < 0 || bits > bytes.length * 8 || bits > IndexEntry.ID_BYTES * 8) {
            throw new IllegalArgumentException(bits + " bits of " + bytes.length + " bytes");
        }
        this.bits = bits;
        this.bytes = Arrays.copyOf(bytes, (bits + 7) / 8);
        if (bits % 8 != 0) {
            this.bytes[this.bytes.length - 1] &= (byte) mask();
        }
    }

    private int mask() {
        return 0xff << (8 - bits % 8);
    }

    /** The least id of this prefix, without the zeros at its end. */
    public byte[] least() {
        return bytes.clone();
    }

    /** True if the id begins with the prefix. */
    public boolean matches(byte[] id) {
        int whole = bits / 8;
        return Arrays.equals(id, 0, whole, bytes, 0, whole)
                && (bits % 8 == 0 || (byte) (id[whole] & mask()) == bytes[whole]);
    }
}
