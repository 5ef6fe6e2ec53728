package pfs.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import pfs.object.ObjectId;

class ChunkerTest {
    private static List<Integer> lengths(byte[] bytes, ChunkLimits limits) {
        Chunker chunker = new Chunker(limits);
        List<Integer> lengths = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int cut = chunker.scan(bytes, at, bytes.length);
            int end = cut < 0 ? bytes.length : cut;
            lengths.add(end - at);
            at = end;
        }
        return lengths;
    }

    /** The definition, a byte at a time. */
    private static List<Integer> slowLengths(byte[] bytes, ChunkLimits limits) {
        long[] gear = Chunker.gear();
        int bits = Integer.numberOfTrailingZeros(limits.normal());
        List<Integer> lengths = new ArrayList<>();
        int length = 0;
        long hash = 0;
        for (byte b : bytes) {
            length++;
            boolean cut = length == limits.max();
            if (length >= limits.min()) {
                hash = (hash << 1) + gear[b & 0xff];
                int zeros = length <= limits.normal() ? bits + 2 : bits - 2;
                cut |= Long.numberOfLeadingZeros(hash & Long.MAX_VALUE) - 1 >= zeros;
            }
            if (cut) {
                lengths.add(length);
                length = 0;
                hash = 0;
            }
        }
        if (length > 0) {
            lengths.add(length);
        }
        return lengths;
    }

    @Test
    void theGearTableAndTheCutsAreFrozen() {
        ByteBuffer table = ByteBuffer.allocate(256 * 8);
        table.asLongBuffer().put(Chunker.gear());
        assertThat(ObjectId.of(table.array()))
                .hasToString("52fea15f88c6b6e8414fc61ee3270a8aa17a49be62fcdf436cc2ae974c1fa808");
        byte[] bytes = Samples.bytes(new SplittableRandom(1), 3 << 20);
        assertThat(lengths(bytes, ChunkLimits.STANDARD))
                .containsExactly(
                        333801, 286738, 370799, 324056, 115938, 398684, 263808, 284544, 194510,
                        293689, 279161);
    }

    @Test
    void cutsAsDefined() {
        SplittableRandom random = new SplittableRandom(Samples.seed("cutsAsDefined"));
        byte[] bytes = Samples.bytes(random, 1 << 20);
        assertThat(lengths(bytes, Samples.SMALL)).isEqualTo(slowLengths(bytes, Samples.SMALL));
    }

    @Test
    void cutsDoNotDependOnThePortions() {
        SplittableRandom random = new SplittableRandom(Samples.seed("portions"));
        byte[] bytes = Samples.bytes(random, 1 << 20);
        Chunker chunker = new Chunker(Samples.SMALL);
        List<Integer> lengths = new ArrayList<>();
        int begin = 0;
        int at = 0;
        while (at < bytes.length) {
            int to = Math.min(bytes.length, at + random.nextInt(1 << random.nextInt(1, 12)));
            int cut = chunker.scan(bytes, at, to);
            if (cut >= 0) {
                lengths.add(cut - begin);
                begin = cut;
            }
            at = cut >= 0 ? cut : to;
        }
        if (begin < bytes.length) {
            lengths.add(bytes.length - begin);
        }
        assertThat(lengths).isEqualTo(lengths(bytes, Samples.SMALL));
    }

    @Test
    void lengthsStayWithinTheLimits() {
        byte[] bytes = Samples.bytes(new SplittableRandom(2), 64 << 20);
        List<Integer> lengths = lengths(bytes, ChunkLimits.STANDARD);
        assertThat(lengths.subList(0, lengths.size() - 1))
                .allSatisfy(
                        length ->
                                assertThat(length)
                                        .isBetween(
                                                ChunkLimits.STANDARD.min(),
                                                ChunkLimits.STANDARD.max()));
        assertThat((double) bytes.length / lengths.size()).isBetween(200_000.0, 400_000.0);
    }

    @Test
    void sameBytesOverAndOverAreCutAtTheMaximum() {
        assertThat(lengths(new byte[4096], Samples.SMALL)).containsExactly(1024, 1024, 1024, 1024);
    }

    /** Of many inserts, since one alone may by chance find no common cut for long. */
    @Test
    void cutsFindThemselvesAgainBehindAnInsert() {
        int inserts = 40;
        int fresh = 0;
        for (int seed = 0; seed < inserts; seed++) {
            fresh += newCutsAfterAnInsert(new SplittableRandom(seed));
        }
        assertThat((double) fresh / inserts).isLessThan(6);
    }

    private static int newCutsAfterAnInsert(SplittableRandom random) {
        byte[] bytes = Samples.bytes(random, 1 << 18);
        ByteBuffer edited = ByteBuffer.allocate(bytes.length + 100);
        int at = random.nextInt(bytes.length);
        edited.put(bytes, 0, at).put(Samples.bytes(random, 100));
        edited.put(bytes, at, bytes.length - at);
        HashSet<Integer> ends = new HashSet<>();
        int end = 0;
        for (int length : lengths(bytes, Samples.SMALL)) {
            end += length;
            ends.add(end <= at ? end : end + 100);
        }
        int fresh = 0;
        end = 0;
        for (int length : lengths(edited.array(), Samples.SMALL)) {
            end += length;
            fresh += ends.contains(end) ? 0 : 1;
        }
        return fresh;
    }
}
