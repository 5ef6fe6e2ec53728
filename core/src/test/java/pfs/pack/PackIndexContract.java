package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link PackIndex} does. */
public abstract class PackIndexContract {
    /** An empty index. */
    protected abstract PackIndex index() throws Exception;

    protected static byte[] id(String hexBegin) {
        return HexFormat.of().parseHex(hexBegin + "0".repeat(64 - hexBegin.length()));
    }

    protected static IndexEntry entry(String hexBegin, int kind, long pack, int offset) {
        return new IndexEntry(id(hexBegin), new Place(kind, pack, offset, 100));
    }

    @Test
    void findsWhatWasPut() throws Exception {
        PackIndex index = index();
        assertThat(index.find(id("aa"))).isEmpty();
        assertThat(index.position()).isEqualTo(PackIndex.Position.START);
        Place far = new Place(16, Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
        index.put(
                List.of(entry("aa", 1, 7, 24), new IndexEntry(id("bb"), far)),
                new PackIndex.Position(7, 124));
        assertThat(index.find(id("aa"))).contains(new Place(1, 7, 24, 100));
        assertThat(index.find(id("bb"))).contains(far);
        assertThat(index.find(id("ab"))).isEmpty();
        assertThat(index.position()).isEqualTo(new PackIndex.Position(7, 124));
        index.put(List.of(), new PackIndex.Position(8, 24));
        assertThat(index.position()).isEqualTo(new PackIndex.Position(8, 24));
    }

    @Test
    void neverDeniesWhatItKnows() throws Exception {
        PackIndex index = index();
        for (int batch = 0; batch < 20; batch++) {
            List<IndexEntry> entries = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                entries.add(entry(String.format("%08x", batch * 1_000 + i), 1, 7, 24));
            }
            index.put(entries);
        }
        for (int i = 0; i < 20_000; i++) {
            assertThat(index.mayKnow(id(String.format("%08x", i)))).isTrue();
        }
    }

    @Test
    void aLaterPlaceTakesTheEarliersPlace() throws Exception {
        PackIndex index = index();
        index.put(List.of(entry("aa", 1, 7, 24)), new PackIndex.Position(7, 124));
        index.put(List.of(entry("aa", 1, 9, 48)));
        assertThat(index.find(id("aa"))).contains(new Place(1, 9, 48, 100));
        assertThat(index.position()).isEqualTo(new PackIndex.Position(7, 124));
    }

    @Test
    void removesOnlyWhatIsStillInThatPack() throws Exception {
        PackIndex index = index();
        index.put(List.of(entry("aa", 1, 7, 24), entry("bb", 1, 7, 124), entry("cc", 1, 8, 24)));
        index.put(List.of(entry("bb", 1, 9, 24)));
        index.remove(List.of(id("aa"), id("bb"), id("cc"), id("dd")), 7);
        assertThat(index.find(id("aa"))).isEmpty();
        assertThat(index.find(id("bb"))).isPresent();
        assertThat(index.find(id("cc"))).isPresent();
    }

    @Test
    void scansByPrefixAndKind() throws Exception {
        PackIndex index = index();
        index.put(
                List.of(
                        entry("abcdef0", 4, 1, 24),
                        entry("abcdef1", 4, 1, 124),
                        entry("abcdef2", 1, 1, 224),
                        entry("abcde", 4, 1, 324),
                        entry("abcdf", 4, 1, 424),
                        entry("ff", 4, 1, 524)),
                new PackIndex.Position(1, 624));
        assertThat(names(index.scan(id("abcdef"), 24, 4, 10)))
                .containsExactly("abcdef0", "abcdef1");
        assertThat(names(index.scan(id("abcdef"), 24, 4, 1))).containsExactly("abcdef0");
        assertThat(names(index.scan(id("abcdef1"), 28, 4, 10))).containsExactly("abcdef1");
        assertThat(names(index.scan(id("abcdef2"), 28, 4, 10))).isEmpty();
        assertThat(names(index.scan(id("abcde"), 20, 4, 10)))
                .containsExactly("abcde00", "abcdef0", "abcdef1");
        assertThat(names(index.scan(id("ff"), 8, 4, 10))).containsExactly("ff00000");
        assertThat(index.scan(new byte[0], 0, 4, 10)).hasSize(5);
        assertThat(index.scan(new byte[32], 0, 1, 10)).hasSize(1);
    }

    private static List<String> names(List<IndexEntry> entries) {
        return entries.stream()
                .map(entry -> HexFormat.of().formatHex(entry.id()).substring(0, 7))
                .toList();
    }

    @Test
    void listsAllInOrderByPages() throws Exception {
        PackIndex index = index();
        Random random = new Random(3);
        List<IndexEntry> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            byte[] id = new byte[32];
            random.nextBytes(id);
            all.add(new IndexEntry(id, new Place(1, i, 24, 100)));
        }
        index.put(all, new PackIndex.Position(1000, 24));
        all.sort(null);
        List<IndexEntry> listed = new ArrayList<>();
        for (byte[] after = {}; listed.size() < 1000; after = listed.getLast().id()) {
            listed.addAll(index.list(after, 77));
        }
        assertThat(listed).isEqualTo(all);
        assertThat(index.list(all.getLast().id(), 77)).isEmpty();
    }

    @Test
    void clearForgetsAll() throws Exception {
        PackIndex index = index();
        index.put(
                List.of(entry("aa", 1, 7, 24), entry("ff".repeat(32), 1, 7, 24)),
                new PackIndex.Position(7, 124));
        index.clear();
        assertThat(index.find(id("aa"))).isEmpty();
        assertThat(index.list(new byte[0], 10)).isEmpty();
        assertThat(index.position()).isEqualTo(PackIndex.Position.START);
    }
}
