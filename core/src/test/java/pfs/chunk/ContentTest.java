package pfs.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;

class ContentTest {
    private final MemoryObjects objects = new MemoryObjects();
    private final ContentStore store = Samples.store(objects, objects);

    @AfterEach
    void nothingIsLeftLent() {
        assertThat(store.buffers().lent()).isZero();
        store.close();
    }

    private byte[] read(Content content, long offset, long length) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.reader()
                .read(
                        content,
                        offset,
                        length,
                        piece -> {
                            byte[] bytes = new byte[piece.remaining()];
                            piece.get(bytes);
                            out.write(bytes);
                        });
        return out.toByteArray();
    }

    @Test
    void theEmptyFileIsTheEmptyChunk() throws IOException {
        Content empty = Samples.write(store, new byte[0]);
        assertThat(empty).isEqualTo(new Content(ObjectId.of(new byte[0]), 0, 0));
        assertThat(read(empty, 0, 0)).isEmpty();
        assertThat(store.reader().open(empty).readAllBytes()).isEmpty();
    }

    @Test
    void aShortFileIsOneChunkWithoutAManifest() throws IOException {
        byte[] bytes = {1, 2, 3};
        Content content = Samples.write(store, bytes);
        assertThat(content).isEqualTo(new Content(ObjectId.of(bytes), 0, 3));
        assertThat(objects.count()).isEqualTo(1);
        assertThat(read(content, 1, 2)).containsExactly(2, 3);
    }

    @Test
    void aFileThatLooksLikeAManifestHasAnotherIdThanThatManifest() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        Content large = Samples.write(store, Samples.bytes(random, 5_000));
        assertThat(large.depth()).isEqualTo(1);
        byte[] node = objects.read(large.id(), ObjectKind.MANIFEST);
        byte[] start = Arrays.copyOf(node, 60);
        Content copy = Samples.write(store, start);
        assertThat(copy.depth()).isEqualTo(1);
        assertThat(copy.id()).isNotEqualTo(ObjectId.of(start));
        assertThat(read(copy, 0, 60)).isEqualTo(start);
        try (ContentWriter writer = store.resume(copy)) {
            writer.write(ByteBuffer.wrap(node, 60, node.length - 60));
            assertThat(writer.finish()).isEqualTo(Samples.write(store, node));
        }
    }

    @Test
    void equalBytesHaveEqualContentsHoweverTheyAreWritten() {
        SplittableRandom random = new SplittableRandom(Samples.seed("portions"));
        for (int round = 0; round < 40; round++) {
            byte[] bytes = Samples.bytes(random, random.nextInt(1 << random.nextInt(1, 21)));
            Content whole = Samples.write(store, bytes);
            try (ContentWriter writer = store.newWriter()) {
                Samples.pour(writer, bytes, 0, random);
                assertThat(writer.finish()).isEqualTo(whole);
            }
            assertThat(whole.size()).isEqualTo(bytes.length);
        }
    }

    @Test
    void rangesEqualSlicesOfTheArray() throws IOException {
        SplittableRandom random = new SplittableRandom(Samples.seed("ranges"));
        byte[] bytes = Samples.bytes(random, 900_000);
        Content content = Samples.write(store, bytes);
        assertThat(content.depth()).isGreaterThanOrEqualTo(2);
        assertThat(read(content, 0, bytes.length)).isEqualTo(bytes);
        for (int round = 0; round < 300; round++) {
            int offset = random.nextInt(bytes.length);
            int length =
                    random.nextInt(Math.min(1 << random.nextInt(1, 20), bytes.length - offset));
            assertThat(read(content, offset, length))
                    .isEqualTo(Arrays.copyOfRange(bytes, offset, offset + length));
        }
        assertThatThrownBy(() -> read(content, bytes.length, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theStreamReadsAndSkipsAsAnArrayDoes() throws IOException {
        SplittableRandom random = new SplittableRandom(Samples.seed("stream"));
        byte[] bytes = Samples.bytes(random, 300_000);
        Content content = Samples.write(store, bytes);
        for (int round = 0; round < 20; round++) {
            try (InputStream in = store.reader().open(content)) {
                int at = 0;
                while (at < bytes.length) {
                    int n = random.nextInt(1, 5000);
                    if (random.nextInt(3) == 0) {
                        at += (int) in.skip(n);
                    } else {
                        byte[] got = in.readNBytes(n);
                        int end = Math.min(bytes.length, at + n);
                        assertThat(got).isEqualTo(Arrays.copyOfRange(bytes, at, end));
                        at = end;
                    }
                }
                assertThat(in.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void resumingEqualsWritingAfresh() {
        SplittableRandom random = new SplittableRandom(Samples.seed("resume"));
        for (int round = 0; round < 150; round++) {
            byte[] bytes = Samples.bytes(random, random.nextInt(1 << random.nextInt(1, 21)));
            int cut = random.nextInt(bytes.length + 1);
            if (round % 10 == 0) {
                Arrays.fill(bytes, (byte) round);
            }
            Content head = Samples.write(store, Arrays.copyOf(bytes, cut));
            try (ContentWriter writer = store.resume(head)) {
                Samples.pour(writer, bytes, cut, random);
                assertThat(writer.finish()).isEqualTo(Samples.write(store, bytes));
            }
        }
    }

    @Test
    void resumingReadsTheLastChunkAndThePathToIt() {
        byte[] bytes = Samples.bytes(new SplittableRandom(5), 4_000_000);
        Content content = Samples.write(store, bytes);
        CountingReader counting = new CountingReader(objects);
        try (ContentStore other = Samples.store(objects, counting);
                ContentWriter writer = other.resume(content)) {
            writer.write(ByteBuffer.wrap(bytes, 0, 10));
            writer.finish();
            assertThat(counting.reads.get()).isEqualTo(content.depth() + 1);
        }
    }

    @Test
    void anInsertInTheMiddleStoresFewBytes() {
        SplittableRandom random = new SplittableRandom(Samples.seed("middle"));
        byte[] bytes = Samples.bytes(random, 8 << 20);
        Samples.write(store, bytes);
        long before = objects.bytes();
        int at = random.nextInt(bytes.length);
        try (ContentWriter writer = store.newWriter()) {
            writer.write(ByteBuffer.wrap(bytes, 0, at));
            writer.write(ByteBuffer.wrap(Samples.bytes(random, 100)));
            writer.write(ByteBuffer.wrap(bytes, at, bytes.length - at));
            writer.finish();
        }
        // Some chunks of 1 KiB, and a node of 20 KiB or less for each of three levels, twice.
        assertThat(objects.bytes() - before).isLessThan(100_000);
    }

    @Test
    void closingWithoutFinishDropsAndForbids() {
        ContentWriter writer = store.newWriter();
        writer.write(ByteBuffer.wrap(new byte[10]));
        writer.close();
        writer.close();
        assertThat(objects.count()).isZero();
        assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    }
}
