package pfs.jobs.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CutTableTest {
    private record Written(byte[] bytes, CutTable table) {
        List<String> segment(int number) {
            List<String> records = new ArrayList<>();
            byte[] all = bytes;
            long start = table.start(number);
            StoredRun run =
                    new StoredRun(
                            (at, into, position, length) ->
                                    System.arraycopy(
                                            all, (int) (start + at), into, position, length),
                            table.end(number) - start,
                            1000);
            try {
                while (run.next()) {
                    records.add(new String(run.bytes(), run.key(), run.keyLength(), UTF_8));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return records;
        }
    }

    private static Written write(List<String> keys) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CutWriter writer =
                new CutWriter(
                        piece -> bytes.write(piece.array(), piece.position(), piece.remaining()));
        for (String key : keys) {
            byte[] record = (key + "\t1").getBytes(UTF_8);
            writer.record(record, 0, record.length - 2, 2);
        }
        CutTable table = writer.finish();
        assertThat(writer.count()).isEqualTo(keys.size());
        return new Written(bytes.toByteArray(), table);
    }

    private static List<String> keys(int count, int copies) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < copies; j++) {
                keys.add(String.format("key%07d", i));
            }
        }
        return keys;
    }

    @Test
    void segmentsBeginWithTheirKeysAndHoldAllRecordsAndWholeGroups() throws IOException {
        List<String> keys = keys(3000, 3);
        Written run = write(keys);
        assertThat(run.table().segments()).isBetween(20, 120);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < run.table().segments(); i++) {
            List<String> segment = run.segment(i);
            assertThat(segment.size() % 3).isZero();
            if (i > 0) {
                assertThat(new String(run.table().key(i), UTF_8)).isEqualTo(segment.getFirst());
            }
            all.addAll(segment);
        }
        assertThat(all).isEqualTo(keys);
        assertThat(run.table().key(0)).isEmpty();
    }

    @Test
    void aCutKeyThatComesFirstDoesNotCutItsGroup() throws IOException {
        List<String> keys = keys(3000, 1);
        Written run = write(keys);
        String cut = new String(run.table().key(1), UTF_8);
        Written begun = write(List.of(cut, cut, cut));
        assertThat(begun.table().segments()).isOne();
    }

    @Test
    void anotherRecordChangesTheHashOfItsSegmentAlone() throws IOException {
        List<String> keys = keys(5000, 1);
        CutTable before = write(keys).table();
        keys.set(2500, keys.get(2500) + "x");
        CutTable after = write(keys).table();
        assertThat(after.segments()).isBetween(before.segments() - 1, before.segments() + 1);
        int same = 0;
        for (int i = 0; i < before.segments(); i++) {
            for (int j = Math.max(0, i - 1); j < Math.min(i + 2, after.segments()); j++) {
                same += before.hashes(i, i + 1).equals(after.hashes(j, j + 1)) ? 1 : 0;
            }
        }
        assertThat(same).isBetween(before.segments() - 2, before.segments() - 1);
    }

    @Test
    void aLongRunHasNoMoreThanSomeThousandSegments() throws IOException {
        Written run = write(keys(1_200_000, 1));
        assertThat(run.table().segments()).isBetween(500, CutWriter.MOST_SEGMENTS);
        assertThat(run.table().end(run.table().segments() - 1)).isEqualTo(run.bytes().length);
        for (int i = 1; i < run.table().segments(); i += 97) {
            assertThat(new String(run.table().key(i), UTF_8)).isEqualTo(run.segment(i).getFirst());
        }
    }

    @Test
    void encodingKeepsEverything() throws IOException {
        CutTable table = write(keys(3000, 2)).table();
        CutTable decoded = CutTable.decode(table.encode());
        assertThat(decoded.encode()).isEqualTo(table.encode());
        assertThat(decoded.segments()).isEqualTo(table.segments());
        assertThat(decoded.leastHash()).isEqualTo(table.leastHash());
        byte[] short1 = java.util.Arrays.copyOf(table.encode(), table.encode().length - 1);
        assertThatThrownBy(() -> CutTable.decode(short1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CutTable.decode(new byte[] {9}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 9");
    }
}
