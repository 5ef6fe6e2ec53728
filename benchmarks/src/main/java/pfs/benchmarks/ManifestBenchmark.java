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

/** The manifest of a file of a gibibyte, some 3,500 chunks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ManifestBenchmark {
    private static final long SIZE = 1L << 30;

    private final MemoryObjects objects = new MemoryObjects();
    private final ContentStore store =
            new ContentStore(objects, objects, ContentStore.Settings.standard());
    private final SplittableRandom random = new SplittableRandom(1);
    private Content stored = new Content(ObjectId.of(new byte[0]), 0, 0);

    /** A mebibyte again and again is few chunks to keep, and as many entries as any file has. */
    @Setup
    public void fill() {
        byte[] bytes = new byte[1 << 20];
        random.nextBytes(bytes);
        try (ContentWriter writer = store.newWriter()) {
            for (long at = 0; at < SIZE; at += bytes.length) {
                writer.write(ByteBuffer.wrap(bytes));
            }
            writer.write(ByteBuffer.wrap(bytes, 0, 1000));
            stored = writer.finish();
        }
    }

    @TearDown
    public void close() {
        store.close();
    }

    /** A byte at a random place: the nodes on the way, and the chunk out of memory. */
    @Benchmark
    public long seek() throws IOException {
        AtomicLong sum = new AtomicLong();
        store.reader()
                .read(
                        stored,
                        random.nextLong(stored.size() - 1),
                        1,
                        piece -> sum.addAndGet(piece.get()));
        return sum.get();
    }

    /** Ten bytes more: the last chunk and the last node of each depth are made anew. */
    @Benchmark
    public Content append() {
        byte[] more = new byte[10];
        random.nextBytes(more);
        try (ContentWriter writer = store.resume(stored)) {
            writer.write(ByteBuffer.wrap(more));
            return writer.finish();
        }
    }
}
