package pfs.chunk;

/**
 * A content-defined cutter: FastCDC with normalised chunking of level 2 (Xia et al., "FastCDC: a
 * Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016).
 * Not thread-safe; made once, used for any number of chunks and files.
 *
 * <p>A gear hash {@code h = (h << 1) + GEAR[byte]} rolls over the bytes of a chunk from its {@code
 * min}-th on, starting from 0. The chunk ends behind the first byte at which the hash has {@code n}
 * zero bits, counted down from bit 62, where {@code 2^b} is the normal length and {@code n = b + 2}
 * before that length and {@code b - 2} from it on; at {@code max} it ends in any case. So where a
 * chunk ends depends on its own bytes only, and the cuts find themselves again behind an edit.
 *
 * <p>Bytes may be given in any portions: the cuts are the same. Two bytes are rolled in at once, as
 * in "The Design of Fast Content-Defined Chunking for Data Deduplication Based Storage Systems"
 * (Xia et al., IEEE TPDS 2020): the dependency from byte to byte is then half as long.
 */
public final class Chunker {
    /** First state of the generator of the gear table: the characters {@code pfs-gear}. */
    static final long SEED = 0x7066732d67656172L;

    private static final int LEVEL = 2;
    private static final long[] GEAR = gear();
    private static final long[] GEAR_TWICE = twice(GEAR);

    private final ChunkLimits limits;
    private final long strict;
    private final long loose;

    private int length;
    private long hash;

    public Chunker(ChunkLimits limits) {
        this.limits = limits;
        int bits = Integer.numberOfTrailingZeros(limits.normal());
        this.strict = mask(bits + LEVEL);
        this.loose = mask(bits - LEVEL);
    }

    /** The 256 numbers that SplitMix64 (Steele et al., 2014) gives from {@link #SEED} on. */
    static long[] gear() {
        long[] table = new long[256];
        long state = SEED;
        for (int i = 0; i < table.length; i++) {
            state += 0x9e3779b97f4a7c15L;
            long z = state;
            z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            table[i] = z ^ (z >>> 31);
        }
        return table;
    }

    private static long[] twice(long[] table) {
        long[] doubled = new long[table.length];
        for (int i = 0; i < table.length; i++) {
            doubled[i] = table[i] << 1;
        }
        return doubled;
    }

    /** Bit 63 stays out, so that the mask can be shifted with the hash. */
    private static long mask(int bits) {
        return ((1L << bits) - 1) << (63 - bits);
    }

    /**
     * Goes on with the current chunk over {@code bytes[from, to)}.
     *
     * @return the index behind the chunk's last byte, and the next call begins a new chunk; or -1
     *     if all these bytes belong to the chunk and it goes on
     */
    public int scan(byte[] bytes, int from, int to) {
        int start = from - length;
        int end = Math.min(to, start + limits.max());
        int at = Math.max(from, Math.min(end, start + limits.min() - 1));
        int normal = Math.min(end, start + limits.normal());
        if (at < normal) {
            int cut = roll(bytes, at, normal, strict);
            if (cut >= 0) {
                return ended(cut);
            }
            at = normal;
        }
        if (at < end) {
            int cut = roll(bytes, at, end, loose);
            if (cut >= 0) {
                return ended(cut);
            }
        }
        if (end == start + limits.max()) {
            return ended(end);
        }
        length = end - start;
        return -1;
    }

    /** Forgets the current chunk: the next call begins a new one. */
    public void reset() {
        length = 0;
        hash = 0;
    }

    private int ended(int cut) {
        reset();
        return cut;
    }

    private int roll(byte[] bytes, int from, int to, long mask) {
        long shifted = mask << 1;
        long h = hash;
        int i = from;
        for (int last = to - 1; i < last; i += 2) {
            h = (h << 2) + GEAR_TWICE[bytes[i] & 0xff];
            if ((h & shifted) == 0) {
                return i + 1;
            }
            h += GEAR[bytes[i + 1] & 0xff];
            if ((h & mask) == 0) {
                return i + 2;
            }
        }
        if (i < to) {
            h = (h << 1) + GEAR[bytes[i] & 0xff];
            if ((h & mask) == 0) {
                return i + 1;
            }
        }
        hash = h;
        return -1;
    }
}
