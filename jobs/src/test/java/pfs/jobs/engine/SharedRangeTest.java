package pfs.jobs.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.jobs.record.CutTable;
import pfs.jobs.record.CutWriter;
import pfs.jobs.record.StoredRun;
import pfs.object.ObjectId;

class SharedRangeTest {
    private static final ObjectId STAGE = ObjectId.of("stage".getBytes(UTF_8));

    private record Run(byte[] bytes, CutTable table) {
        List<String> keys(long from, long to) throws IOException {
            StoredRun run =
                    new StoredRun(
                            (at, into, position, length) ->
                                    System.arraycopy(
                                            bytes, (int) (from + at), into, position, length),
                            to - from,
                            500);
            List<String> keys = new ArrayList<>();
            while (run.next()) {
                keys.add(new String(run.bytes(), run.key(), run.keyLength(), UTF_8));
            }
            return keys;
        }
    }

    private static Run run(Random random, int of, double part) throws IOException {
        TreeSet<String> keys = new TreeSet<>();
        for (int i = 0; i < of; i++) {
            if (random.nextDouble() < part) {
                keys.add(String.format("k%06d", i));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CutWriter writer = new CutWriter(b -> bytes.write(b.array(), b.position(), b.remaining()));
        for (String key : keys) {
            byte[] record = (key + random.nextInt(5)).getBytes(UTF_8);
            writer.record(record, 0, key.length(), 1);
        }
        CutTable table = writer.finish();
        return new Run(bytes.toByteArray(), table);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void rangesHoldAllRecordsOnceInTheirOrder(long seed) throws IOException {
        Random random = new Random(seed);
        List<Run> runs = new ArrayList<>();
        int count = 2 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            runs.add(run(random, 8000, 0.3 + 0.7 * random.nextDouble()));
        }
        List<SharedRange> ranges = SharedRange.of(runs.stream().map(Run::table).toList(), STAGE);
        assertThat(ranges.size()).as("seed " + seed).isGreaterThan(1);
        for (int i = 0; i < count; i++) {
            List<String> all = new ArrayList<>();
            for (int r = 0; r < ranges.size(); r++) {
                SharedRange range = ranges.get(r);
                List<String> keys = runs.get(i).keys(range.starts().get(i), range.ends().get(i));
                if (r > 0) {
                    assertThat(keys.getFirst()).isEqualTo(new String(range.firstKey(), UTF_8));
                }
                all.addAll(keys);
            }
            assertThat(all).isEqualTo(runs.get(i).keys(0, runs.get(i).bytes().length));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void identitiesAreEqualExactlyWhenTheRecordsAre(long seed) throws IOException {
        Map<ObjectId, String> seen = new HashMap<>();
        Map<String, ObjectId> identities = new HashMap<>();
        for (int edit = 0; edit < 4; edit++) {
            Run edited = run(new Random(seed + edit / 2), 4000, 0.9);
            Run other = run(new Random(seed + 100 * (edit % 2)), 4000, 0.9);
            List<SharedRange> ranges =
                    SharedRange.of(List.of(edited.table(), other.table()), STAGE);
            for (SharedRange range : ranges) {
                String records = bytes(edited, range, 0) + "|" + bytes(other, range, 1);
                assertThat(seen.merge(range.identity(), records, (a, _) -> a)).isEqualTo(records);
                assertThat(identities.merge(records, range.identity(), (a, _) -> a))
                        .isEqualTo(range.identity());
            }
        }
    }

    private static String bytes(Run run, SharedRange range, int number) {
        int from = (int) (long) range.starts().get(number);
        int to = (int) (long) range.ends().get(number);
        return new String(run.bytes(), from, to - from, UTF_8);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22})
    void runsWithoutAKeyInCommonAreOneRange(long seed) throws IOException {
        Run one = run(new Random(seed), 3000, 0.5);
        Run none = run(new Random(seed), 20, 0.01);
        assertThat(
                        SharedRange.of(
                                List.of(one.table(), new Run(one.bytes(), shifted()).table()),
                                STAGE))
                .hasSize(1);
        assertThat(none.table().segments()).isLessThanOrEqualTo(1);
    }

    private static CutTable shifted() throws IOException {
        CutWriter writer = new CutWriter(_ -> {});
        for (int i = 0; i < 3000; i++) {
            byte[] record = String.format("other%06d1", i).getBytes(UTF_8);
            writer.record(record, 0, record.length - 1, 1);
        }
        return writer.finish();
    }
}
