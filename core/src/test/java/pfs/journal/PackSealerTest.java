package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pfs.disk.MemoryDisk;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.PackIndexFormat;

/** The index blob of a finished pack says what a reading of the pack says. */
class PackSealerTest {
    private static final int PACK = 32 << 10;

    private final LocalPackStore packs;
    private final Random random = new Random(7);

    PackSealerTest() throws IOException {
        packs = new LocalPackStore(new MemoryDisk(), "packs");
    }

    @Test
    @Timeout(60)
    void aBlobFromMemoryIsThatOfAPackThatWasRead() throws Exception {
        fill();
        fill(); // goes on in a pack that was there: that one is read
        List<Long> sealed = sealed();
        assertThat(sealed).hasSizeGreaterThan(4);
        for (long pack : sealed) {
            PackContents.Scanned scanned = PackContents.scanned(packs, pack);
            assertThat(blob(pack).packBytes()).isEqualTo(scanned.end());
            assertThat(blob(pack).entries())
                    .isNotEmpty()
                    .containsExactlyElementsOf(new TreeSet<>(scanned.entries()));
        }
    }

    /** Objects of all lengths, some of them twice in their pack, and records of the journal. */
    private void fill() throws IOException, InterruptedException {
        try (Journal journal = Journal.open(packs, new MemoryPackIndex(), PACK)) {
            for (int i = 0; i < 60; i++) {
                byte[] bytes = new byte[1 + random.nextInt(6000)];
                random.nextBytes(bytes);
                ObjectId id = ObjectId.of(bytes);
                for (int copy = i % 3; copy < 3; copy += 2) {
                    journal.store(ObjectKind.CHUNK, id, bytes, 0, bytes.length);
                }
                journal.append(new byte[] {(byte) i});
            }
            journal.flush();
            long last = PackNumber.number(journal.end());
            while (sealed().size() < last - 1) {
                TimeUnit.MILLISECONDS.sleep(1); // nobody waits for blobs but this test
            }
        }
    }

    private List<Long> sealed() throws IOException {
        return new ArrayList<>(PackList.of(packs).indexed());
    }

    private PackIndexFormat blob(long pack) throws IOException {
        ByteBuffer blob = ByteBuffer.allocate((int) packs.size(PackNumber.index(pack)));
        packs.read(PackNumber.index(pack), 0, blob);
        return PackIndexFormat.decode(blob.flip());
    }
}
