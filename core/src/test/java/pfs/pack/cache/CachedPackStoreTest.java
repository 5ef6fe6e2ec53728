package pfs.pack.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.disk.MemoryDisk;
import pfs.pack.CountingPackStore;
import pfs.pack.MemoryPackStore;
import pfs.pack.PackStore;
import pfs.pack.PackStoreContract;

/** The contract with blocks of four bytes and room for ten of them, and what a cache is for. */
class CachedPackStoreTest extends PackStoreContract {
    private static final int BLOCK = 4;
    private static final long LIMIT = 10L * (BLOCK + BlockFiles.HEADER);

    private final MemoryDisk disk = new MemoryDisk();
    private final CountingPackStore far = new CountingPackStore(new MemoryPackStore());

    /** Counts reads. */
    @Override
    protected PackStore open() throws Exception {
        return cache(disk);
    }

    private CachedPackStore cache(Disk on) throws IOException {
        return new CachedPackStore(far, on, "cache", LIMIT, BLOCK);
    }

    private long bytesOnDisk(Disk of) throws IOException {
        long sum = 0;
        for (String file : of.list("cache")) {
            sum += of.size("cache/" + file);
        }
        return sum;
    }

    @Test
    void whatWasReadIsNotFetchedAgain() throws Exception {
        PackStore store = store();
        far.put("a/b", bytes("0123456789"));
        assertThat(read(store, "a/b", 5, 2)).isEqualTo("56");
        assertThat(far.reads()).isEqualTo(1);
        assertThat(read(store, "a/b", 4, 4)).isEqualTo("4567");
        assertThat(far.reads()).isEqualTo(1);
        assertThat(read(store, "a/b", 0, 100)).isEqualTo("0123456789");
        assertThat(far.reads()).isEqualTo(3);
        assertThat(read(cache(disk), "a/b", 0, 100)).isEqualTo("0123456789");
        assertThat(far.reads()).isEqualTo(3);
    }

    @Test
    void whatIsPutIsNotFetched() throws Exception {
        PackStore store = store();
        assertThat(store.put("a/b", bytes("012"), bytes("3456"), bytes(""), bytes("789"))).isTrue();
        assertThat(store.put("a/b", bytes("another"))).isFalse();
        assertThat(disk.list("cache")).containsExactly("a_b_0", "a_b_1", "a_b_2");
        assertThat(read(store, "a/b", 0, 100)).isEqualTo("0123456789");
        assertThat(read(cache(disk), "a/b", 3, 5)).isEqualTo("34567");
        assertThat(far.reads()).isZero();
    }

    @Test
    void whoReadsOnFetchesMoreAtOnce() throws Exception {
        PackStore store = store();
        far.put("a", bytes("0123456789abcdefghijklmn"));
        for (int i = 0; i < 24; i++) {
            assertThat(read(store, "a", i, 1))
                    .isEqualTo("0123456789abcdefghijklmn".substring(i, i + 1));
        }
        // block 0, blocks 1 to 4, block 5
        assertThat(far.reads()).isEqualTo(3);
    }

    @Test
    void theLimitHoldsAndWhatWasUsedLastStays() throws Exception {
        CachedPackStore store = (CachedPackStore) store();
        for (int i = 0; i < 50; i++) {
            store.put("p" + i, bytes("text " + i));
            read(store, "p" + i, 0, 100);
            read(store, "p0", 0, 100);
            assertThat(store.cachedBytes()).isLessThanOrEqualTo(LIMIT);
            assertThat(bytesOnDisk(disk)).isEqualTo(store.cachedBytes());
        }
        int before = far.reads();
        assertThat(read(store, "p0", 0, 100)).isEqualTo("text 0");
        assertThat(far.reads()).isEqualTo(before);
        assertThat(read(store, "p1", 0, 100)).isEqualTo("text 1");
        assertThat(far.reads()).isGreaterThan(before);
    }

    @Test
    void whatACrashSpoiltIsFetchedAgain() throws Exception {
        PackStore store = store();
        store.put("a", bytes("0123456789"));
        read(store, "a", 0, 100);
        try (DiskFile file = disk.open("cache/a_0", Disk.Mode.WRITE)) {
            file.write(5, bytes("X"));
        }
        try (DiskFile file = disk.open("cache/a_1", Disk.Mode.WRITE)) {
            file.truncate(6);
        }
        try (DiskFile file = disk.open("cache/a_2", Disk.Mode.WRITE)) {
            file.truncate(0);
        }
        try (DiskFile file = disk.open("cache/_new_7", Disk.Mode.WRITE)) {
            file.write(0, bytes("half"));
        }
        CachedPackStore again = cache(disk);
        assertThat(disk.list("cache")).containsExactly("a_0", "a_1");
        assertThat(read(again, "a", 0, 100)).isEqualTo("0123456789");
        assertThat(bytesOnDisk(disk)).isEqualTo(again.cachedBytes());
    }

    @Test
    void aFullDiskMakesItSlowerOnly() throws Exception {
        MemoryDisk full = new MemoryDisk(2);
        CachedPackStore store = cache(full);
        store.put("a", bytes("0123456789"));
        assertThat(read(store, "a", 0, 100)).isEqualTo("0123456789");
        assertThat(read(store, "a", 2, 3)).isEqualTo("234");
        assertThat(store.cachedBytes()).isZero();
        assertThat(full.list("cache")).isEmpty();
    }

    @Test
    void aSmallerLimitHoldsFromTheStartOn() throws Exception {
        PackStore store = store();
        store.put("a", bytes("0123456789012345678901234567"));
        read(store, "a", 0, 100);
        CachedPackStore smaller = new CachedPackStore(far, disk, "cache", 16, BLOCK);
        assertThat(smaller.cachedBytes()).isLessThanOrEqualTo(16);
        assertThat(bytesOnDisk(disk)).isEqualTo(smaller.cachedBytes());
    }

    @Test
    void ofWhatIsDeletedNothingIsKept() throws Exception {
        PackStore store = store();
        store.put("a", bytes("01234567"));
        store.put("a/1", bytes("other"));
        read(store, "a", 0, 100);
        read(store, "a/1", 0, 100);
        store.delete("a");
        assertThat(disk.list("cache")).containsExactly("a_1_0", "a_1_1");
    }
}
