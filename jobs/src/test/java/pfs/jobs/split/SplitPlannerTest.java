package pfs.jobs.split;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pfs.chunk.Content;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.jobs.spec.Split;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;

class SplitPlannerTest {
    private final MemoryObjects objects = new MemoryObjects();
    private final ContentStore store =
            new ContentStore(objects, objects, ContentStore.Settings.standard());
    private final Map<ObjectId, Long> cuts = new HashMap<>();
    private int searched;
    private final SplitPlanner planner =
            new SplitPlanner(
                    store.reader(),
                    new CutMemo() {
                        @Override
                        public OptionalLong find(ObjectId key) {
                            Long known = cuts.get(key);
                            return known == null ? OptionalLong.empty() : OptionalLong.of(known);
                        }

                        @Override
                        public void put(ObjectId key, long value) {
                            searched++;
                            cuts.put(key, value);
                        }
                    });

    @AfterEach
    void close() {
        store.close();
    }

    private Content store(byte[] bytes) {
        try (ContentWriter writer = store.newWriter()) {
            writer.write(ByteBuffer.wrap(bytes));
            return writer.finish();
        }
    }

    private List<Piece> plan(Content content, Split split) throws IOException {
        List<Piece> pieces = new ArrayList<>();
        planner.plan(content, split, pieces::add);
        return pieces;
    }

    private static StringBuilder lines(long seed, int bytes) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(bytes + 200);
        while (text.length() < bytes) {
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.append((char) ('a' + random.nextInt(26)));
            }
            text.append(random.nextInt(10) == 0 ? "\n\n" : "\n");
        }
        return text;
    }

    private void check(byte[] bytes, Split split, List<Piece> pieces) {
        long at = 0;
        for (Piece piece : pieces) {
            assertThat(piece.offset()).isEqualTo(at);
            at += piece.length();
            if (at < bytes.length) {
                int end = (int) at;
                boolean record =
                        switch (split) {
                            case Split.None _ -> false;
                            case Split.Lines _ -> bytes[end - 1] == '\n';
                            case Split.BlankLine _ ->
                                    bytes[end - 1] == '\n' && bytes[end - 2] == '\n';
                            case Split.Fixed(int n) -> end % n == 0;
                        };
                assertThat(record).as("a record ends at " + end).isTrue();
            }
        }
        assertThat(at).isEqualTo(bytes.length);
    }

    @Test
    void piecesAreWholeRecordsOfAboutFourMebibytes() throws IOException {
        byte[] bytes = lines(1, 40 << 20).toString().getBytes(US_ASCII);
        Content content = store(bytes);
        for (Split split :
                List.of(new Split.Lines(), new Split.BlankLine(), new Split.Fixed(100))) {
            List<Piece> pieces = plan(content, split);
            check(bytes, split, pieces);
            assertThat(pieces.size()).as(split.text()).isBetween(4, 40);
            assertThat(pieces).allMatch(p -> p.length() <= (17 << 20));
        }
        assertThat(plan(content, new Split.None())).hasSize(1);
    }

    @Test
    void anInsertChangesAtMostThreePiecesAndReadsLittle() throws IOException {
        StringBuilder text = lines(2, 40 << 20);
        Set<ObjectId> before = new HashSet<>();
        plan(store(text.toString().getBytes(US_ASCII)), new Split.Lines())
                .forEach(p -> before.add(p.identity()));
        searched = 0;
        text.insert(20 << 20, "a new line\nand another\n");
        byte[] edited = text.toString().getBytes(US_ASCII);
        List<Piece> pieces = plan(store(edited), new Split.Lines());
        check(edited, new Split.Lines(), pieces);
        assertThat(pieces.stream().filter(p -> !before.contains(p.identity())).count())
                .isBetween(1L, 3L);
        assertThat(searched).isLessThanOrEqualTo(3);
    }

    @Test
    void insertsLeaveTheOtherCutPointsAsTheyAre() throws IOException {
        StringBuilder text = lines(6, 24 << 20);
        List<Piece> before = plan(store(text.toString().getBytes(US_ASCII)), new Split.Lines());
        Random random = new Random(7);
        int moved = 0;
        for (int edit = 0; edit < 8; edit++) {
            StringBuilder edited = new StringBuilder(text);
            edited.insert(random.nextInt(edited.length()), "one inserted line\n".repeat(6));
            List<Piece> after =
                    plan(store(edited.toString().getBytes(US_ASCII)), new Split.Lines());
            Set<ObjectId> known = new HashSet<>();
            before.forEach(p -> known.add(p.identity()));
            long changed = after.stream().filter(p -> !known.contains(p.identity())).count();
            moved += after.size() != before.size() || changed > 2 ? 1 : 0;
        }
        assertThat(moved).as("edits of 8 that cut the file elsewhere").isLessThanOrEqualTo(1);
    }

    @Test
    void linesLongerThanAChunkStayWhole() throws IOException {
        StringBuilder text = lines(3, 3 << 20);
        Random random = new Random(4);
        for (int i = 0; i < 6 << 20; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        text.append('\n').append(lines(5, 4 << 20));
        byte[] bytes = text.toString().getBytes(US_ASCII);
        check(bytes, new Split.Lines(), plan(store(bytes), new Split.Lines()));
    }

    @Test
    void aSmallOrEmptyFileIsOnePiece() throws IOException {
        assertThat(plan(store(new byte[0]), new Split.Lines())).hasSize(1);
        assertThat(plan(store("a\nb".getBytes(US_ASCII)), new Split.Lines())).hasSize(1);
    }
}
