package pfs.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import pfs.chunk.Content;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;

/**
 * How fast bytes become chunks and a manifest when the store below costs nothing but the hash, and
 * how fast a manifest is searched.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ContentBenchmark {
    private static final int MEBIBYTES = 256;

    private final MemoryObjects objects = new MemoryObjects();
    private final ContentStore hashing =
            new ContentStore(new Hashing(), objects, ContentStore.Settings.standard());
    private final ContentStore kept =
            new ContentStore(objects, objects, ContentStore.Settings.standard());
    private final SplittableRandom random = new SplittableRandom(1);
    private final ByteBuffer portion = ByteBuffer.allocateDirect(64 << 10);
    private byte[] bytes = {};
    private Content stored = new Content(ObjectId.of(bytes), 0, 0);

    /** Hashes and forgets. */
    private static final class Hashing implements ObjectInserter {
        @Override
        public ObjectId insert(ObjectKind kind, byte[] bytes, int offset, int length) {
            return ObjectId.of(bytes, offset, length);
        }

        @Override
        public void insert(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length) {}

        @Override
        public void flush() {}
    }

    @Setup
    public void fill() {
        bytes = new byte[MEBIBYTES << 20];
        random.nextBytes(bytes);
        try (ContentWriter writer = kept.newWriter()) {
            writer.write(ByteBuffer.wrap(bytes));
            stored = writer.finish();
        }
    }

    @TearDown
    public void close() {
        hashing.close();
        kept.close();
    }

    /** Operations are MiB. */
    @Benchmark
    @OperationsPerInvocation(MEBIBYTES)
    public Content writeLarge() {
        try (ContentWriter writer = hashing.newWriter()) {
            for (int at = 0; at < bytes.length; at += portion.capacity()) {
                writer.write(portion.clear().put(bytes, at, portion.capacity()).flip());
            }
            return writer.finish();
        }
    }

    /** Operations are files of 4 KiB. */
    @Benchmark
    public Content writeSmall() {
        try (ContentWriter writer = hashing.newWriter()) {
            writer.write(portion.clear().put(bytes, 4096, 4096).flip());
            return writer.finish();
        }
    }

    /** Operations are seeks; each copies its chunk out of the memory store. */
    @Benchmark
    public long readAnywhere() throws IOException {
        AtomicLong sum = new AtomicLong();
        long offset = random.nextLong(stored.size() - 100);
        kept.reader().read(stored, offset, 100, piece -> sum.addAndGet(piece.get()));
        return sum.get();
    }

    /** Operations are MiB. */
    @Benchmark
    @OperationsPerInvocation(MEBIBYTES)
    public long readLarge() throws IOException {
        AtomicLong sum = new AtomicLong();
        kept.reader().read(stored, 0, stored.size(), piece -> sum.addAndGet(piece.remaining()));
        return sum.get();
    }
}
