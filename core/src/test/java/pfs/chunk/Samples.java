package pfs.chunk;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import pfs.object.ObjectInserter;
import pfs.object.ObjectReader;

/** Inputs for the tests of this package, made from a seed. */
final class Samples {
    /** Small limits, so that a megabyte has thousands of chunks and deep manifests. */
    static final ChunkLimits SMALL = new ChunkLimits(64, 256, 1024);

    private Samples() {}

    /** A seed that a failing test prints; -Dpfs.seed=N repeats it. */
    static long seed(String test) {
        long seed = Long.getLong("pfs.seed", 20_261_122L);
        System.out.println(test + ": repeat with -Dpfs.seed=" + seed);
        return seed;
    }

    static byte[] bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static ContentStore store(ObjectInserter inserter, ObjectReader reader) {
        return store(inserter, reader, SMALL);
    }

    static ContentStore store(ObjectInserter inserter, ObjectReader reader, ChunkLimits limits) {
        var settings =
                new ContentStore.Settings(8L << 20, 32L << 20, 1 << 20, 2, Duration.ofSeconds(20));
        return new ContentStore(inserter, reader, settings, limits);
    }

    static Content write(ContentStore store, byte[] bytes) {
        try (ContentWriter writer = store.newWriter()) {
            writer.write(ByteBuffer.wrap(bytes));
            return writer.finish();
        }
    }

    /** Writes in random portions, most of them small, some empty. */
    static void pour(ContentWriter writer, byte[] bytes, int from, SplittableRandom random) {
        int at = from;
        while (at < bytes.length) {
            int bound = 1 << random.nextInt(1, 19);
            int n = Math.min(random.nextInt(bound), bytes.length - at);
            ByteBuffer portion = ByteBuffer.wrap(bytes, at, n);
            if (random.nextBoolean()) {
                portion = ByteBuffer.allocateDirect(n).put(portion).flip();
            }
            writer.write(portion);
            at += n;
        }
    }
}
