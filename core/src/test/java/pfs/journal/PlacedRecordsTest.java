package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.disk.MemoryDisk;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.StoredPart;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.MemoryPackStore;
import pfs.pack.segment.SegmentedPackStore;

/** One server says where objects lie, and another reads them there. */
class PlacedRecordsTest {
    private final MemoryPackStore shared = new MemoryPackStore();
    private final PlacedRecords other = new PlacedRecords(shared);
    private final Random random = new Random(5);

    private Journal open(long maxPack) throws IOException {
        SegmentedPackStore packs = new SegmentedPackStore(shared, name -> name.endsWith(".pack"));
        return Journal.open(packs, new MemoryPackIndex(), maxPack);
    }

    private byte[] drawn(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatIsDurableIsFoundByOthersInThePackThatIsWrittenAndInThoseBefore() throws IOException {
        Journal journal = open(1 << 20);
        for (int i = 0; i < 40; i++) {
            // compressible ones too
            byte[] bytes = i % 2 == 0 ? drawn(60_000) : new byte[60_000 + i];
            ObjectId id = journal.insert(ObjectKind.CHUNK, bytes, 0, bytes.length);
            journal.flush();
            StoredPart part = journal.locate(id).orElseThrow();
            assertThat(other.read(id, part)).isEqualTo(bytes);
        }
        journal.close();
    }

    @Test
    void nobodyIsToldOfWhatIsNotDurable() throws IOException {
        Journal journal = open(1 << 20);
        byte[] bytes = drawn(1000);
        ObjectId id = journal.insert(ObjectKind.CHUNK, bytes, 0, bytes.length);
        assertThat(journal.locate(id)).isEmpty();
        assertThat(journal.locate(ObjectId.of(bytes, 0, 10))).isEmpty();
        journal.flush();
        assertThat(journal.locate(id)).isPresent();
        journal.close();
    }

    @Test
    void aStoreOfItsOwnTellsOfNothing() throws IOException {
        LocalPackStore packs = new LocalPackStore(new MemoryDisk(), "packs");
        try (Journal journal = Journal.open(packs, new MemoryPackIndex())) {
            ObjectId id = journal.insert(ObjectKind.CHUNK, drawn(1000), 0, 1000);
            journal.flush();
            assertThat(journal.locate(id)).isEmpty();
        }
    }

    @Test
    void anotherObjectOrNoneThereIsSaid() throws IOException {
        Journal journal = open(1 << 20);
        ObjectId one = journal.insert(ObjectKind.CHUNK, drawn(5000), 0, 5000);
        ObjectId two = journal.insert(ObjectKind.CHUNK, drawn(5000), 0, 5000);
        journal.flush();
        StoredPart part = journal.locate(one).orElseThrow();
        assertThatThrownBy(() -> other.read(two, part))
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
        assertThatThrownBy(
                        () ->
                                other.read(
                                        one,
                                        new StoredPart(
                                                part.blob(), part.offset() + 1, part.length())))
                .isInstanceOf(PfsException.class);
        assertThatThrownBy(() -> other.read(one, new StoredPart("gone", 0, part.length())))
                .isInstanceOf(NoSuchFileException.class);
        journal.close();
    }

    /** Bytes that are given, and those that are read elsewhere, in order. */
    private final class Filled implements ContentReader.PartSink {
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private int stored;

        @Override
        public void accept(ByteBuffer piece) {
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            all.writeBytes(bytes);
        }

        @Override
        public void stored(ObjectId chunk, StoredPart part, int from, int count)
                throws IOException {
            stored++;
            all.write(other.read(chunk, part), from, count);
        }
    }

    @Test
    void anyRangeOfAFileIsTheSameWhoeverReadsIt() throws IOException {
        Journal journal = open(4 << 20);
        try (ContentStore store =
                new ContentStore(journal, journal, ContentStore.Settings.standard())) {
            byte[] bytes = drawn(6 << 20);
            Content content = write(store, bytes);
            journal.flush();
            for (int i = 0; i < 50; i++) {
                int from = random.nextInt(bytes.length);
                int length = random.nextInt(bytes.length - from);
                Filled filled = new Filled();
                store.reader().refer(content, from, length, filled);
                assertThat(ByteBuffer.wrap(filled.all.toByteArray()))
                        .isEqualTo(ByteBuffer.wrap(bytes, from, length));
                assertThat(filled.stored).isPositive();
            }
            Optional<StoredPart> first = store.reader().locate(content, 0);
            assertThat(first).isPresent();
        }
        journal.close();
    }

    private static Content write(ContentStore store, byte[] bytes) throws IOException {
        try (ContentWriter writer = store.newWriter()) {
            writer.write(ByteBuffer.wrap(bytes));
            return writer.finish();
        }
    }
}
