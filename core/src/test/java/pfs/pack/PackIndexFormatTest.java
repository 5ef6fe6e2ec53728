package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;

class PackIndexFormatTest {
    private static List<IndexEntry> entries(int count) {
        Random random = new Random(count);
        List<IndexEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] id = new byte[32];
            random.nextBytes(id);
            entries.add(new IndexEntry(id, new Place(1 + i % 4, 9, 24 + i * 100, 100)));
        }
        return entries;
    }

    private static ByteBuffer blob(int count) {
        return PackIndexFormat.encode(9, 24 + count * 100L, entries(count));
    }

    @Test
    void everyEntryIsFoundAndInOrder() {
        for (int count : new int[] {0, 1, 2, 3, 1000}) {
            PackIndexFormat index = PackIndexFormat.decode(blob(count));
            assertThat(index.pack()).isEqualTo(9);
            assertThat(index.packBytes()).isEqualTo(24 + count * 100L);
            assertThat(index.count()).isEqualTo(count);
            for (IndexEntry entry : entries(count)) {
                assertThat(index.find(entry.id())).contains(entry.place());
                byte[] other = entry.id().clone();
                other[31] ^= 1;
                assertThat(index.find(other)).isEmpty();
            }
            assertThat(index.entries())
                    .isSorted()
                    .containsExactlyInAnyOrderElementsOf(entries(count));
        }
    }

    @Test
    void anIdIsKeptOnce() {
        List<IndexEntry> twice = new ArrayList<>(entries(3));
        twice.addAll(entries(3));
        assertThat(PackIndexFormat.decode(PackIndexFormat.encode(9, 1000, twice)).count())
                .isEqualTo(3);
    }

    @Test
    void noFlippedBitAndNoTruncationGoesUnnoticed() {
        ByteBuffer blob = blob(5);
        for (int bit = 0; bit < blob.limit() * 8; bit++) {
            RecordFormatTest.flip(blob, bit);
            assertThatThrownBy(() -> PackIndexFormat.decode(blob)).isInstanceOf(PfsException.class);
            RecordFormatTest.flip(blob, bit);
        }
        for (int length = 0; length < blob.limit(); length++) {
            ByteBuffer cut = blob.slice(0, length);
            assertThatThrownBy(() -> PackIndexFormat.decode(cut)).isInstanceOf(PfsException.class);
        }
    }

    @Test
    void anEntryOutsideOfThePackIsRefused() {
        assertThatThrownBy(() -> PackIndexFormat.encode(9, 100, entries(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PackIndexFormat.encode(8, 1000, entries(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
