package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import pfs.pack.ForwardingPackStore;
import pfs.pack.MemoryPackStore;
import pfs.pack.PackIndexFormat;
import pfs.pack.PackStore;

/**
 * Index blobs that are asked for before they are needed, of which some are not what they should.
 */
class IndexBlobsTest {
    private static final long LAST = 12;

    private final MemoryPackStore store = new MemoryPackStore();

    IndexBlobsTest() throws IOException {
        for (long pack = 1; pack <= LAST; pack++) {
            put(pack, blob(pack));
        }
    }

    /** What a pack's blob says of the pack is its length, by which the test knows it. */
    private static ByteBuffer blob(long pack) {
        return PackIndexFormat.encode(pack, 1000 + pack, List.of());
    }

    private void put(long pack, ByteBuffer blob) throws IOException {
        store.delete(PackNumber.index(pack));
        store.put(PackNumber.index(pack), blob);
    }

    private static SortedSet<Long> all() {
        return new TreeSet<>(LongStream.rangeClosed(1, LAST).boxed().toList());
    }

    private static IndexBlobs open(PackStore store) {
        return new IndexBlobs(new PackContents(store), all());
    }

    private static Optional<Long> bytes(IndexBlobs blobs, long pack) throws IOException {
        return blobs.of(pack).map(PackIndexFormat::packBytes);
    }

    @Test
    void eachPackGetsItsOwn() throws IOException {
        try (IndexBlobs blobs = open(store)) {
            for (long pack = 1; pack <= LAST; pack++) {
                assertThat(bytes(blobs, pack)).contains(1000 + pack);
            }
            assertThat(blobs.of(LAST + 1)).isEmpty();
        }
    }

    @Test
    void packsThatNobodyAsksForArePassedOver() throws IOException {
        try (IndexBlobs blobs = open(store)) {
            assertThat(bytes(blobs, 2)).contains(1002L);
            assertThat(bytes(blobs, 9)).contains(1009L);
            assertThat(bytes(blobs, LAST)).contains(1000 + LAST);
        }
    }

    /** Each of them lies within what is asked for at once, before and behind sound ones. */
    @Test
    void aMissingADamagedAndAnotherPacksBlobAreNoneAndTheNextIsReadAllTheSame() throws IOException {
        store.delete(PackNumber.index(2));
        ByteBuffer damaged = blob(3);
        damaged.put(damaged.limit() - 1, (byte) ~damaged.get(damaged.limit() - 1));
        put(3, damaged);
        put(4, ByteBuffer.allocate(0));
        put(5, blob(6));
        try (IndexBlobs blobs = open(store)) {
            assertThat(bytes(blobs, 1)).contains(1001L);
            for (long pack = 2; pack <= 5; pack++) {
                assertThat(blobs.of(pack)).as("pack " + pack).isEmpty();
            }
            assertThat(bytes(blobs, 6)).contains(1006L);
        }
    }

    /** A store that is away is no reason to read a pack that has a blob. */
    @Test
    void aBlobThatCannotBeReadIsAnErrorWhenItIsNeeded() throws IOException {
        PackStore broken =
                new ForwardingPackStore(store) {
                    @Override
                    public int read(String name, long offset, ByteBuffer into) throws IOException {
                        if (name.equals(PackNumber.index(2))) {
                            throw new IOException("the store is away");
                        }
                        return super.read(name, offset, into);
                    }
                };
        try (IndexBlobs blobs = open(broken)) {
            assertThat(bytes(blobs, 1)).contains(1001L);
            assertThatThrownBy(() -> blobs.of(2))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the store is away");
            assertThat(bytes(blobs, 3)).contains(1003L);
        }
    }
}
