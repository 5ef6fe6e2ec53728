package pfs.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.pack.MemoryPackStore;
import pfs.pack.PackStore;

class PairingTest {
    private static final String PACK = "0000000000000001.pack/begun";

    private final Random random = new Random(1);
    private final MetaStore meta = newMeta();
    private final PackStore packs = new MemoryPackStore();

    private static MetaStore newMeta() {
        return new MemoryMetaStore(InstantSource.system());
    }

    private String agree(MetaStore with, PackStore and) throws IOException {
        return Pairing.agree(with, and, random);
    }

    private static void fill(PackStore packs) throws IOException {
        packs.put(PACK, ByteBuffer.wrap(new byte[] {1}));
    }

    @Test
    void theFirstWhoLeadsGivesBothAnIdThatStays() throws IOException {
        Pairing.verify(meta, packs);
        String id = agree(meta, packs);
        fill(packs);
        assertThat(id).hasSize(32);
        assertThat(agree(meta, packs)).isEqualTo(id);
        Pairing.verify(meta, packs);
    }

    @Test
    void packsFromBeforeIdsAreTakenAsTheyAre() throws IOException {
        fill(packs);
        assertThat(agree(meta, packs)).isEqualTo(agree(meta, packs));
    }

    @Test
    void metadataWithAnEmptyBucketAreRefused() throws IOException {
        agree(meta, packs);
        refused(meta, new MemoryPackStore(), "nothing of it");
    }

    @Test
    void metadataWithThePacksOfAnotherStoreAreRefused() throws IOException {
        agree(meta, packs);
        PackStore others = new MemoryPackStore();
        agree(newMeta(), others);
        refused(meta, others, "do not belong together");
    }

    @Test
    void packsWithEmptyMetadataAreRefused() throws IOException {
        agree(meta, packs);
        fill(packs);
        refused(newMeta(), packs, "garbage");
    }

    @Test
    void anIdThatACrashLeftWithoutPacksIsTakenOver() throws IOException {
        String left = agree(newMeta(), packs);
        assertThat(agree(meta, packs)).isEqualTo(left);
    }

    private void refused(MetaStore with, PackStore and, String why) {
        assertThatThrownBy(() -> agree(with, and))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining(why);
        assertThatThrownBy(() -> Pairing.verify(with, and)).hasMessageContaining(why);
    }
}
