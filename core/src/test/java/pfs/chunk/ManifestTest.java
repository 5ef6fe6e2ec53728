package pfs.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;

class ManifestTest {
    private final MemoryObjects objects = new MemoryObjects();

    private record Piece(ObjectId id, int length) {}

    private static List<Piece> pieces(SplittableRandom random, int count) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ObjectId id = ObjectId.decode(Samples.bytes(random, 32), 0);
            pieces.add(new Piece(id, random.nextInt(65536, 1 << 20)));
        }
        return pieces;
    }

    private static Content build(ObjectInserter into, List<Piece> pieces) {
        ManifestBuilder builder = new ManifestBuilder(into);
        pieces.forEach(piece -> builder.add(piece.id, piece.length));
        return builder.finish();
    }

    @Test
    void everyPlaceOfAHundredGibibytesIsFoundThroughAFewNodes() {
        SplittableRandom random = new SplittableRandom(Samples.seed("100 GiB"));
        List<Piece> pieces = pieces(random, 200_000);
        Content content = build(objects, pieces);
        assertThat(content.size()).isGreaterThan(100L << 30);
        assertThat(content.depth()).isEqualTo(3);

        ManifestNodes nodes = new ManifestNodes(objects);
        ChunkCursor all = new ChunkCursor(nodes, content, 0);
        long start = 0;
        for (Piece piece : pieces) {
            var expected = new ChunkCursor.Place(piece.id, start, piece.length);
            assertThat(all.next()).isEqualTo(expected);
            if (random.nextInt(50) == 0) {
                long offset = start + random.nextInt(piece.length);
                assertThat(new ChunkCursor(nodes, content, offset).next()).isEqualTo(expected);
            }
            start += piece.length;
        }
        assertThat(start).isEqualTo(content.size());
    }

    @Test
    void anInsertRewritesFewNodes() {
        SplittableRandom random = new SplittableRandom(Samples.seed("insert"));
        List<Piece> pieces = pieces(random, 100_000);
        build(objects, pieces);
        long before = objects.count();
        pieces.addAll(random.nextInt(pieces.size()), pieces(random, 2));
        build(objects, pieces);
        // One node a level, and now and then a boundary that moves on to the next.
        assertThat(objects.count() - before).isBetween(3L, 15L);
    }

    @Test
    void reopeningGivesTheStateBeforeTheLastChunk() {
        SplittableRandom random = new SplittableRandom(Samples.seed("reopen"));
        List<Piece> pieces = pieces(random, 30_000);
        for (int round = 0; round < 60; round++) {
            int count = round < 20 ? 2 + round : random.nextInt(2, 30_000);
            Content content = build(objects, pieces.subList(0, count));
            ManifestBuilder again = ManifestBuilder.reopen(objects, lastPath(content));
            int more = random.nextInt(0, 1000);
            int end = Math.min(pieces.size(), count + more);
            pieces.subList(count - 1, end).forEach(p -> again.add(p.id, p.length));
            assertThat(again.finish()).isEqualTo(build(objects, pieces.subList(0, end)));
        }
    }

    private List<ManifestNode> lastPath(Content content) {
        ManifestNodes nodes = new ManifestNodes(objects);
        List<ManifestNode> path = new ArrayList<>();
        ObjectId id = content.id();
        long size = content.size();
        for (int depth = content.depth(); depth > 0; depth--) {
            ManifestNode node = nodes.load(id, depth, size);
            path.add(node);
            id = node.child(node.count() - 1);
            size = node.size(node.count() - 1);
        }
        return path;
    }

    @Test
    void chosenIdsCannotMakeNodesThatAreTooLarge() {
        List<Piece> never = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            byte[] id = new byte[32];
            ByteBuffer.wrap(id).putLong(1).putInt(i);
            never.add(new Piece(ObjectId.decode(id, 0), 70_000));
        }
        Content content = build(objects, never);
        assertThat(content.depth()).isEqualTo(2);
        assertThat(new ManifestNodes(objects).load(content.id(), 2, content.size()).count())
                .isEqualTo(10);
    }

    @Test
    void everyChangeOfAByteIsFoundOrStaysACanonicalNode() {
        SplittableRandom random = new SplittableRandom(Samples.seed("damage"));
        List<Piece> pieces = pieces(random, 20);
        Content content = build(objects, pieces);
        byte[] good = objects.read(content.id(), ObjectKind.MANIFEST);
        Set<Integer> ids = new HashSet<>();
        for (int i = 0; i < 20 * 32; i++) {
            ids.add(8 + i / 32 * 40 + i % 32);
        }
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << random.nextInt(8));
            if (!ids.contains(i)) {
                assertCorrupt(content, bad);
            }
        }
        assertCorrupt(content, java.util.Arrays.copyOf(good, good.length - 1));
        assertCorrupt(content, java.util.Arrays.copyOf(good, good.length + 1));
        assertCorrupt(content, new byte[0]);
    }

    private static void assertCorrupt(Content content, byte[] bad) {
        assertThatThrownBy(
                        () ->
                                ManifestNode.decode(
                                        content.id(), bad, content.depth(), content.size()))
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
    }
}
