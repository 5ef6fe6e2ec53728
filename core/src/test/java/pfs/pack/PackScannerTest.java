package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackScannerTest {
    private static ByteBuffer pack(int... lengths) {
        int total = PackHeader.BYTES;
        for (int length : lengths) {
            total += RecordFormat.HEADER + length;
        }
        ByteBuffer pack = ByteBuffer.allocate(total).put(PackHeader.encode(1));
        for (int length : lengths) {
            pack.put(record(length));
        }
        return pack.flip();
    }

    private static ByteBuffer record(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return RecordFormatTest.record(1, RecordFormat.PLAIN, length, payload);
    }

    private static PackScanner scanner(ByteBuffer pack) {
        MemoryPackStore store = new MemoryPackStore();
        store.put("p", pack.duplicate());
        return new PackScanner(store, "p", PackHeader.BYTES);
    }

    private static List<Integer> lengths(PackScanner scanner) throws Exception {
        List<Integer> lengths = new ArrayList<>();
        while (true) {
            Optional<PackRecord> record = scanner.next();
            if (record.isEmpty()) {
                return lengths;
            }
            assertThat(scanner.end()).isEqualTo(scanner.position() + record.orElseThrow().length());
            lengths.add(record.orElseThrow().rawLength());
        }
    }

    @Test
    void readsAllRecordsSmallAndLarge() throws Exception {
        Random random = new Random(5);
        int[] lengths = new int[300];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = random.nextInt(i % 50 == 0 ? 3 << 20 : 20_000);
        }
        lengths[7] = RecordFormat.MAX_RAW;
        lengths[8] = 0;
        lengths[9] = (1 << 20) - RecordFormat.HEADER;
        ByteBuffer pack = pack(lengths);
        PackScanner scanner = scanner(pack);
        List<Integer> found = new ArrayList<>();
        for (int length : lengths) {
            PackRecord record = scanner.next().orElseThrow();
            ByteBuffer expected = record(length).position(RecordFormat.HEADER);
            assertThat(record.payload().mismatch(expected)).isEqualTo(-1);
            found.add(record.rawLength());
        }
        assertThat(scanner.next()).isEmpty();
        assertThat(found).hasSize(lengths.length);
        assertThat(scanner.end()).isEqualTo(pack.limit());
    }

    @Test
    void stopsWhereThePackIsCutOff() throws Exception {
        ByteBuffer pack = pack(100, 0, 200);
        for (int size = PackHeader.BYTES; size < pack.limit(); size++) {
            PackScanner scanner = scanner(pack.slice(0, size));
            int whole = size < 170 ? 0 : size < 216 ? 1 : 2;
            assertThat(lengths(scanner)).hasSize(whole);
            assertThat(scanner.end()).isEqualTo(new int[] {24, 170, 216}[whole]);
        }
    }

    @Test
    void stopsAtTheFirstFlippedBit() throws Exception {
        ByteBuffer pack = pack(30, 40, 50);
        int second = PackHeader.BYTES + RecordFormat.HEADER + 30;
        for (int bit = second * 8; bit < (second + RecordFormat.HEADER + 40) * 8; bit++) {
            RecordFormatTest.flip(pack, bit);
            PackScanner scanner = scanner(pack);
            assertThat(lengths(scanner)).containsExactly(30);
            assertThat(scanner.end()).isEqualTo(second);
            assertThat(scanner.skipDamage()).isTrue();
            assertThat(lengths(scanner)).containsExactly(50);
            assertThat(scanner.skipDamage()).isFalse();
            RecordFormatTest.flip(pack, bit);
        }
    }

    @Test
    void zerosAndNoiseAreNoRecords() throws Exception {
        ByteBuffer pack = ByteBuffer.allocate(2 << 20).put(pack(10)).rewind();
        PackScanner scanner = scanner(pack);
        assertThat(lengths(scanner)).containsExactly(10);
        assertThat(scanner.skipDamage()).isFalse();

        byte[] noise = new byte[1 << 20];
        new Random(1).nextBytes(noise);
        scanner = scanner(ByteBuffer.wrap(noise));
        assertThat(lengths(scanner)).isEmpty();
        assertThat(scanner.skipDamage()).isFalse();
    }
}
