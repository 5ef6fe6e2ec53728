package pfs.jobs.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.chunk.ContentReader;
import pfs.object.ObjectId;
import pfs.object.StoredPart;

/** What is written as frames comes out as it was said, however it is cut on the way. */
class FramesTest {
    /** Writes down what it is told; bytes that follow bytes are one. */
    private static final class Heard implements ContentReader.PartSink {
        private final List<String> all = new ArrayList<>();
        private final StringBuilder bytes = new StringBuilder();

        @Override
        public void accept(ByteBuffer piece) {
            bytes.append(US_ASCII.decode(piece.duplicate()));
            piece.position(piece.limit());
        }

        @Override
        public void stored(ObjectId chunk, StoredPart part, int from, int count) {
            end();
            all.add(chunk + " " + part + " " + from + " " + count);
        }

        private List<String> end() {
            if (!bytes.isEmpty()) {
                all.add(bytes.toString());
                bytes.setLength(0);
            }
            return all;
        }
    }

    private static void say(Random random, ContentReader.PartSink into) throws IOException {
        int parts = 1 + random.nextInt(200);
        for (int i = 0; i < parts; i++) {
            if (random.nextBoolean()) {
                String text = "x".repeat(random.nextInt(3000)) + i;
                into.accept(ByteBuffer.wrap(text.getBytes(US_ASCII)));
            } else {
                byte[] seed = {(byte) i};
                String blob = "packs/" + "a".repeat(random.nextInt(190));
                into.stored(
                        ObjectId.of(seed, 0, 1),
                        new StoredPart(blob, random.nextLong(1L << 40), random.nextInt(1 << 24)),
                        random.nextInt(1 << 20),
                        random.nextInt(1 << 20));
            }
        }
    }

    @Test
    void whatIsSaidIsHeardHoweverItIsCut() throws IOException {
        long seed = Long.getLong("pfs.seed", System.nanoTime());
        for (int round = 0; round < 50; round++) {
            ByteArrayOutputStream wire = new ByteArrayOutputStream();
            FrameWriter writer =
                    new FrameWriter(
                            piece -> {
                                byte[] bytes = new byte[piece.remaining()];
                                piece.get(bytes);
                                wire.writeBytes(bytes);
                            });
            say(new Random(seed + round), writer);
            writer.flush();
            Heard said = new Heard();
            say(new Random(seed + round), said);
            Heard heard = new Heard();
            FrameReader reader = new FrameReader(heard);
            Random cuts = new Random(seed - round);
            ByteBuffer all = ByteBuffer.wrap(wire.toByteArray());
            while (all.hasRemaining()) {
                int count = Math.min(all.remaining(), 1 + cuts.nextInt(round < 25 ? 7 : 9000));
                reader.accept(all.slice(all.position(), count));
                all.position(all.position() + count);
            }
            assertThat(heard.end()).as("seed %d, round %d", seed, round).isEqualTo(said.end());
        }
    }

    @Test
    void whatIsNoFrameIsRefused() {
        FrameReader reader = new FrameReader(new Heard());
        assertThatThrownBy(() -> reader.accept(ByteBuffer.wrap(new byte[] {9})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("kind 9");
        FrameReader negative = new FrameReader(new Heard());
        assertThatThrownBy(() -> negative.accept(ByteBuffer.wrap(new byte[] {1, -1, 0, 0, 0})))
                .isInstanceOf(IOException.class);
    }
}
