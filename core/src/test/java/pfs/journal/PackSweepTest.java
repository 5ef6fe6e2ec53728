package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.disk.MemoryDisk;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.IndexEntry;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.PackIndex;
import pfs.pack.Place;

class PackSweepTest {
    private static byte[] random(long seed) {
        byte[] bytes = new byte[1000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private final MemoryDisk disk = new MemoryDisk();
    private final LocalPackStore packs;

    PackSweepTest() throws IOException {
        packs = new LocalPackStore(disk, "packs");
    }

    /** Both looked whether it is there before either had stored it. */
    private static ObjectId storeTwice(Journal journal, long seed) {
        byte[] bytes = random(seed);
        ObjectId id = ObjectId.of(bytes);
        journal.store(ObjectKind.CHUNK, id, bytes, 0, bytes.length);
        journal.store(ObjectKind.CHUNK, id, bytes, 0, bytes.length);
        return id;
    }

    /** The blob of a pack and the index may each know another copy. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTwoStoredAtTheSameMomentIsKept(boolean sealed) throws IOException {
        try (Journal journal = Journal.open(packs, new MemoryPackIndex())) {
            Set<ObjectId> needed = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                needed.add(storeTwice(journal, i));
                storeTwice(journal, 100 + i);
            }
            long pack = PackNumber.number(journal.end());
            try (PackSweep sweep = journal.sweep()) {
                if (sealed) {
                    new PackSealer(packs).sealNow(pack, packs.size(PackNumber.pack(pack)));
                }
                sweep.freeze(needed::contains);
                assertThat(sweep.survey(pack, needed::contains).deadObjects()).isEqualTo(10);
                sweep.drop(pack, needed::contains, 0);
            }
            journal.emptyTrash(1);
            for (ObjectId id : needed) {
                assertThat(journal.contains(id)).isTrue();
                assertThat(ObjectId.of(journal.read(id, ObjectKind.CHUNK))).isEqualTo(id);
            }
        }
    }

    /** The index is told of the old place while the object is stored again. */
    @Test
    void whatIsStoredAgainWhileTheIndexIsToldIsFoundWhereItIsNow() throws IOException {
        byte[] bytes = random(1);
        ObjectId id = ObjectId.of(bytes);
        Journal[] journal = new Journal[1];
        PackIndex index =
                new MemoryPackIndex() {
                    @Override
                    public synchronized void put(List<IndexEntry> more, Position newPosition) {
                        super.put(more, newPosition);
                        if (!more.isEmpty()) {
                            journal[0].store(ObjectKind.CHUNK, id, bytes, 0, bytes.length);
                        }
                    }
                };
        try (Journal opened = Journal.open(packs, index)) {
            journal[0] = opened;
            opened.store(ObjectKind.CHUNK, id, bytes, 0, bytes.length);
            Place first = opened.place(id);
            opened.catchUp();
            assertThat(first).isNotNull();
            assertThat(opened.place(id).offset()).isGreaterThan(first.offset());
        }
    }

    /** Zeros are written ahead of short syncs, but not into a pack that is left. */
    @Test
    void aPackThatWasGrownByShortSyncsEndsWithItsLastRecord() throws IOException {
        try (Journal journal = Journal.open(packs, new MemoryPackIndex())) {
            for (int i = 0; i < 100; i++) {
                storeTwice(journal, i);
                journal.flush();
            }
            long pack = PackNumber.number(journal.end());
            assertThat(packs.size(PackNumber.pack(pack)))
                    .isGreaterThan(PackNumber.offset(journal.end()));
            try (PackSweep _ = journal.sweep()) {
                assertThat(packs.size(PackNumber.pack(pack)))
                        .isEqualTo(PackContents.scanned(packs, pack).end());
            }
        }
    }

    @Test
    void whatShortSyncsMadeDurableIsThereAfterACrash() throws IOException {
        Set<ObjectId> stored = new HashSet<>();
        Journal crashed = Journal.open(packs, new MemoryPackIndex());
        for (int i = 0; i < 100; i++) {
            stored.add(storeTwice(crashed, i));
            crashed.flush();
        }
        long end = crashed.end();
        // The crashed one's appender holds the name in its store; the files are the same.
        try (Journal again =
                Journal.open(new LocalPackStore(disk, "packs"), new MemoryPackIndex())) {
            assertThat(again.end()).isEqualTo(end);
            for (ObjectId id : stored) {
                assertThat(ObjectId.of(again.read(id, ObjectKind.CHUNK))).isEqualTo(id);
            }
        }
    }
}
