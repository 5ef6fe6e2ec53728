package pfs.chunk;

/**
 * The lengths that a chunker aims for, in bytes. Other limits are other cuts and so other ids: a
 * store keeps to {@link #STANDARD}, the others are for measuring.
 *
 * @param min no chunk is shorter, but for a file's last
 * @param normal a power of two; from here on a cut becomes sixteen times likelier, so most chunks
 *     are a little longer than this
 * @param max no chunk is longer
 */
public record ChunkLimits(int min, int normal, int max) {
    /** What every store uses. Part of the format: see docs/format.md. */
    public static final ChunkLimits STANDARD = new ChunkLimits(64 * 1024, 256 * 1024, 1024 * 1024);

    /** No chunk of any limits is longer, in bytes. */
    static final int MAX = 16 << 20;

    public ChunkLimits {
        boolean ordered = 64 <= min && min <= normal && normal <= max && max <= MAX;
        if (!ordered || Integer.bitCount(normal) != 1) {
            throw new IllegalArgumentException(
                    "chunk limits " + min + "/" + normal + "/" + max + " are not usable");
        }
    }
}
