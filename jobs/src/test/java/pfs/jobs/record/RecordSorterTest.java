package pfs.jobs.record;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.jobs.worker.BadAnswerException;

class RecordSorterTest {
    @TempDir Path directory;

    /** Text of one char a byte, which Java orders as unsigned bytes. */
    private record Pair(String key, String tail) {}

    private List<Pair> sorted(List<Pair> pairs, long memory) throws IOException {
        List<Pair> out = new ArrayList<>();
        try (Spills spills = new Spills(directory.resolve("spills"));
                RecordSorter sorter = new RecordSorter(spills, memory)) {
            for (Pair pair : pairs) {
                byte[] bytes = ("xx" + pair.key() + pair.tail()).getBytes(ISO_8859_1);
                sorter.record(bytes, 2, pair.key().length(), pair.tail().length());
            }
            try (RecordSource source = sorter.sorted()) {
                while (source.next()) {
                    out.add(
                            new Pair(
                                    new String(
                                            source.bytes(),
                                            source.key(),
                                            source.keyLength(),
                                            ISO_8859_1),
                                    new String(
                                            source.bytes(),
                                            source.key() + source.keyLength(),
                                            source.tailLength(),
                                            ISO_8859_1)));
                }
            }
        }
        assertThat(Files.exists(directory.resolve("spills"))).isFalse();
        return out;
    }

    private static String key(Random random) {
        int length =
                switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(3);
                    case 1 -> random.nextInt(12);
                    case 2 -> 5 * random.nextInt(4);
                    default -> random.nextInt(300);
                };
        StringBuilder key = new StringBuilder();
        String alphabet = random.nextBoolean() ? "\0\u0001" : "a\0\u00ff\u0080";
        for (int i = 0; i < length; i++) {
            key.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return key.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {3_000, 40_000, 1 << 20, 64 << 20})
    void recordsComeInUnsignedByteOrderAndStable(long memory) throws IOException {
        Random random = new Random(memory);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            pairs.add(new Pair(key(random), "\t" + i));
        }
        List<Pair> expected = new ArrayList<>(pairs);
        expected.sort(Comparator.comparing(Pair::key));
        assertThat(sorted(pairs, memory)).isEqualTo(expected);
    }

    @Test
    void longCommonPrefixesNeedNoDeepStack() throws IOException {
        String prefix = "p".repeat(300_000);
        List<Pair> pairs =
                List.of(
                        new Pair(prefix + "b", ""),
                        new Pair(prefix, "1"),
                        new Pair(prefix + "a", ""),
                        new Pair(prefix, "2"));
        assertThat(sorted(pairs, 64 << 20))
                .containsExactly(pairs.get(1), pairs.get(3), pairs.get(2), pairs.get(0));
    }

    private static List<String> parse(Framing framing, byte[] body) throws IOException {
        List<String> out = new ArrayList<>();
        RecordParser.parse(
                framing,
                new ByteArrayInputStream(body),
                (bytes, key, keyLength, tailLength) ->
                        out.add(
                                new String(bytes, key, keyLength, ISO_8859_1)
                                        + "|"
                                        + new String(
                                                bytes, key + keyLength, tailLength, ISO_8859_1)));
        return out;
    }

    @Test
    void linesHaveTheirKeyBeforeTheFirstTab() throws IOException {
        assertThat(parse(Framing.TSV, "a\tb\tc\nno tab\n\n\tonly value\nlast".getBytes(ISO_8859_1)))
                .containsExactly("a|\tb\tc", "no tab|", "|", "|\tonly value", "last|");
    }

    @Test
    void binaryRecordsAreReadWhateverTheirSize() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        java.io.DataOutputStream out = new java.io.DataOutputStream(body);
        String large = "v".repeat(700_000);
        for (String[] pair : new String[][] {{"k", "v"}, {"", ""}, {"key", large}, {"z", "1"}}) {
            out.writeInt(pair[0].length());
            out.writeBytes(pair[0]);
            out.writeInt(pair[1].length());
            out.writeBytes(pair[1]);
        }
        assertThat(parse(Framing.RECORDS, body.toByteArray()))
                .containsExactly("k|v", "|", "key|" + large, "z|1");
        byte[] cut = java.util.Arrays.copyOf(body.toByteArray(), 12);
        assertThatThrownBy(() -> parse(Framing.RECORDS, cut))
                .isInstanceOf(BadAnswerException.class)
                .hasMessageContaining("end within a record");
    }

    @Test
    void jsonRecordsKeepTheirLineAndDecodeTheirKey() throws IOException {
        assertThat(
                        parse(
                                Framing.NDJSON,
                                "[\"a\\n\\u0041\", {\"x\": [1]}]\n\n [ \"b\" , 2 ] \n"
                                        .getBytes(ISO_8859_1)))
                .containsExactly("a\nA|[\"a\\n\\u0041\", {\"x\": [1]}]", "b| [ \"b\" , 2 ] ");
        for (String bad :
                List.of("{}", "[1, 2]", "[\"a\"]", "[\"a\", 1", "[\"\\u00\", 1]", "[\"a")) {
            assertThatThrownBy(() -> parse(Framing.NDJSON, bad.getBytes(ISO_8859_1)))
                    .as(bad)
                    .isInstanceOf(BadAnswerException.class);
        }
    }
}
