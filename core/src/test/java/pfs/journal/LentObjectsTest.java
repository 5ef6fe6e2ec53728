package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import pfs.disk.MemoryDisk;
import pfs.object.ObjectBytes;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;

class LentObjectsTest {
    @Test
    void lentBytesAreThoseThatWereInsertedAndStayUntilTheyAreGivenBack() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (Journal journal =
                Journal.open(
                        new LocalPackStore(new MemoryDisk(), "packs"), new MemoryPackIndex())) {
            List<byte[]> objects = new ArrayList<>();
            for (int length : new int[] {0, 10, 1000, 16_338, 16_339, 70_000, 1 << 20, 3 << 20}) {
                byte[] dense = new byte[length];
                random.nextBytes(dense);
                objects.add(dense);
                byte[] sparse = new byte[length];
                Arrays.fill(sparse, (byte) length);
                objects.add(sparse);
            }
            List<ObjectId> ids = new ArrayList<>();
            objects.forEach(o -> ids.add(journal.insert(ObjectKind.CHUNK, o, 0, o.length)));
            List<ObjectBytes> lent = new ArrayList<>();
            ids.forEach(id -> lent.add(journal.lend(id, ObjectKind.CHUNK)));
            for (int i = 0; i < lent.size(); i++) {
                byte[] bytes = new byte[lent.get(i).bytes().remaining()];
                lent.get(i).bytes().duplicate().get(bytes);
                assertThat(bytes).isEqualTo(objects.get(i));
                assertThat(journal.read(ids.get(i), ObjectKind.CHUNK)).isEqualTo(bytes);
            }
            lent.forEach(ObjectBytes::close);
        }
    }
}
