package pfs.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

@Timeout(60)
class ContentFaultsTest {
    private final MemoryObjects objects = new MemoryObjects();
    private final SplittableRandom random = new SplittableRandom(Samples.seed("faults"));

    /** Stores nothing; does what it is told with each chunk. */
    private record Hooked(Runnable onChunk, ObjectInserter rest) implements ObjectInserter {
        @Override
        public ObjectId insert(ObjectKind kind, byte[] bytes, int offset, int length) {
            onChunk.run();
            return rest.insert(kind, bytes, offset, length);
        }

        @Override
        public void insert(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length) {
            rest.insert(kind, id, bytes, offset, length);
        }

        @Override
        public void flush() {
            rest.flush();
        }
    }

    @Test
    void aWorkersFailureComesOutOfTheNextWriteOrFinish() {
        AtomicLong left = new AtomicLong(20);
        Runnable full =
                () -> {
                    if (left.decrementAndGet() < 0) {
                        throw new PfsException(ErrorCode.DISK_FULL, "the disk is full");
                    }
                };
        try (ContentStore store = Samples.store(new Hooked(full, objects), objects);
                ContentWriter writer = store.newWriter()) {
            byte[] bytes = Samples.bytes(random, 100_000);
            assertThatThrownBy(
                            () -> {
                                writer.write(ByteBuffer.wrap(bytes));
                                writer.finish();
                            })
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void manyUploadsAtOnceStayBelowTheLimitAndAllComplete() throws Exception {
        ChunkLimits limits = new ChunkLimits(16 << 10, 64 << 10, 256 << 10);
        var settings = new ContentStore.Settings(2L << 20, 32L << 20, 0, 2, Duration.ofSeconds(50));
        try (ContentStore store = new ContentStore(objects, objects, settings, limits);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> uploads = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                SplittableRandom mine = random.split();
                uploads.add(
                        threads.submit(
                                () -> {
                                    byte[] bytes = Samples.bytes(mine, 1_500_000);
                                    Arrays.fill(bytes, 500_000, 1_100_000, (byte) 0);
                                    try (ContentWriter writer = store.newWriter()) {
                                        Samples.pour(writer, bytes, 0, mine);
                                        Content content = writer.finish();
                                        var in = store.reader().open(content);
                                        return Arrays.equals(in.readAllBytes(), bytes);
                                    }
                                }));
            }
            for (Future<Boolean> upload : uploads) {
                assertThat(upload.get()).isTrue();
            }
            assertThat(store.buffers().peak()).isLessThanOrEqualTo(2L << 20);
            assertThat(store.buffers().lent()).isZero();
        }
    }

    @Test
    void aThousandStalledUploadsOfFewBytesHoldLittle() {
        try (ContentStore store = Samples.store(objects, objects, ChunkLimits.STANDARD)) {
            List<ContentWriter> stalled = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                ContentWriter writer = store.newWriter();
                writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                stalled.add(writer);
            }
            assertThat(store.buffers().lent()).isLessThanOrEqualTo(2048 * 1000);
            assertThat(Samples.write(store, Samples.bytes(random, 3 << 20)).depth()).isEqualTo(1);
            stalled.forEach(ContentWriter::close);
            assertThat(store.buffers().lent()).isZero();
        }
    }

    @Test
    void whoWaitsTooLongForMemoryIsToldThatTheStoreIsBusy() throws Exception {
        ChunkLimits limits = new ChunkLimits(16 << 10, 64 << 10, 256 << 10);
        var settings = new ContentStore.Settings(2L << 20, 32L << 20, 0, 2, Duration.ofMillis(200));
        CountDownLatch hold = new CountDownLatch(1);
        Runnable stuck =
                () -> {
                    try {
                        hold.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                };
        try (ContentStore store =
                new ContentStore(new Hooked(stuck, objects), objects, settings, limits)) {
            List<ContentWriter> writers = new ArrayList<>();
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    ContentWriter writer = store.newWriter();
                                    writers.add(writer);
                                    writer.write(ByteBuffer.allocate(4 * 256 << 10));
                                }
                            })
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.BUSY);
                                assertThat(e).hasMessageContaining("the limit is 2 MiB");
                            });
            hold.countDown();
            writers.forEach(ContentWriter::close);
            while (store.buffers().lent() > 0) {
                Thread.sleep(5);
            }
            Samples.write(store, new byte[1 << 20]);
        }
    }

    @Test
    void aChunkOfAnotherLengthNeverReachesTheSink() throws IOException {
        byte[] bytes = Samples.bytes(random, 50_000);
        Content content;
        try (ContentStore store = Samples.store(objects, objects)) {
            content = Samples.write(store, bytes);
        }
        AtomicLong reads = new AtomicLong();
        ObjectReader damaged =
                new ObjectReader() {
                    @Override
                    public byte[] read(ObjectId id, ObjectKind kind) {
                        byte[] good = objects.read(id, kind);
                        boolean bad = kind == ObjectKind.CHUNK && reads.incrementAndGet() == 10;
                        return bad ? Arrays.copyOf(good, good.length - 1) : good;
                    }

                    @Override
                    public boolean contains(ObjectId id) {
                        return objects.contains(id);
                    }
                };
        AtomicLong seen = new AtomicLong();
        try (ContentStore store = Samples.store(objects, damaged)) {
            assertThatThrownBy(
                            () ->
                                    store.reader()
                                            .read(
                                                    content,
                                                    0,
                                                    content.size(),
                                                    piece -> {
                                                        long at = seen.get();
                                                        while (piece.hasRemaining()) {
                                                            assertThat(piece.get())
                                                                    .isEqualTo(bytes[(int) at++]);
                                                        }
                                                        seen.set(at);
                                                    }))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
        }
        assertThat(seen.get()).isBetween(1L, 49_000L);
    }
}
