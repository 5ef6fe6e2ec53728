package pfs.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import pfs.meta.rocksdb.EmbeddedDatabase;
import pfs.pack.IndexEntry;
import pfs.pack.PackIndex;
import pfs.pack.PackRecord;
import pfs.pack.Place;
import pfs.pack.RecordFormat;
import pfs.pack.rocksdb.RocksPackIndex;

/** Records into bytes and back, and the index of a store with half a million objects. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PackBenchmark {
    private static final int CHUNK = 1;
    private static final int BATCH = 1_000;

    private static byte[] id(SplittableRandom random) {
        byte[] id = new byte[IndexEntry.ID_BYTES];
        random.nextBytes(id);
        return id;
    }

    /** One record of so many bytes. */
    @State(Scope.Thread)
    public static class Record {
        @Param({"4096", "262144"})
        public int length;

        private byte[] id = {};
        private ByteBuffer payload = ByteBuffer.allocate(0);
        private ByteBuffer whole = payload;

        @Setup
        public void fill() {
            SplittableRandom random = new SplittableRandom(1);
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            id = id(random);
            payload = ByteBuffer.wrap(bytes);
            whole = ByteBuffer.allocate(RecordFormat.HEADER + length);
            whole.put(encode()).put(payload.duplicate()).flip();
        }

        private ByteBuffer encode() {
            return RecordFormat.encodeHeader(CHUNK, RecordFormat.PLAIN, length, id, payload);
        }
    }

    /** An index with entries, on the disk. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH fills it before anything reads it
    public static class Index {
        private static final int ENTRIES = 500_000;

        private final SplittableRandom random = new SplittableRandom(2);
        private final List<byte[]> known = new ArrayList<>();
        private Path directory = Path.of("");
        private EmbeddedDatabase database;
        private PackIndex index;
        private int next;

        @Setup
        public void fill() throws IOException {
            directory = Files.createTempDirectory("pfs-index");
            database = EmbeddedDatabase.open(directory);
            index = new RocksPackIndex(database);
            for (int i = 0; i < ENTRIES; i += BATCH) {
                index.put(batch());
            }
        }

        private List<IndexEntry> batch() {
            List<IndexEntry> entries = new ArrayList<>(BATCH);
            for (int i = 0; i < BATCH; i++) {
                byte[] id = id(random);
                entries.add(new IndexEntry(id, new Place(CHUNK, 1, i * 100, 100)));
                if (known.size() < ENTRIES) {
                    known.add(id);
                }
            }
            return entries;
        }

        private byte[] there() {
            next = (next + 7_919) % known.size();
            return known.get(next);
        }

        @TearDown
        public void delete() throws IOException {
            database.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The header with its checksum: the payload is not copied. */
    @Benchmark
    public ByteBuffer encodeRecord(Record record) {
        return record.encode();
    }

    @Benchmark
    public PackRecord decodeRecord(Record record) {
        return RecordFormat.decode(record.whole);
    }

    @Benchmark
    public Optional<Place> findWhatIsThere(Index index) {
        return index.index.find(index.there());
    }

    @Benchmark
    public Optional<Place> findWhatIsNotThere(Index index) {
        return index.index.find(id(index.random));
    }

    /** What a short PUT asks instead. */
    @Benchmark
    public boolean askForWhatIsNotThere(Index index) {
        return index.index.mayKnow(id(index.random));
    }

    /** Operations are entries. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void putAThousand(Index index) {
        index.index.put(index.batch());
    }
}
