package pfs.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;

/** What is written beside the file's last version equals what is written without it. */
@Timeout(120)
class NewVersionTest {
    private final MemoryObjects objects = new MemoryObjects();
    private final ContentStore store = Samples.store(objects, objects);

    @AfterEach
    void nothingIsLeftLent() {
        assertThat(store.buffers().lent()).isZero();
        store.close();
    }

    private Content writeOver(Content last, byte[] bytes, SplittableRandom random) {
        try (ContentWriter writer = store.newWriter(last)) {
            Samples.pour(writer, bytes, 0, random);
            return writer.finish();
        }
    }

    @Test
    void anEditedFileHasTheContentThatItHasWithoutItsLastVersion() {
        SplittableRandom random = new SplittableRandom(Samples.seed("versions"));
        for (int round = 0; round < 60; round++) {
            byte[] old = Samples.bytes(random, random.nextInt(20_000, 100_000));
            byte[] edited = old;
            for (int edits = random.nextInt(5); edits > 0; edits--) {
                edited = edit(edited, random);
            }
            Content last = Samples.write(store, old);
            assertThat(writeOver(last, edited, random))
                    .as("round %d", round)
                    .isEqualTo(Samples.write(store, edited));
        }
    }

    /** An insert, a cut, bytes that are replaced, a longer or a shorter end, zeros. */
    private static byte[] edit(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        int length = Math.min(1 << random.nextInt(15), bytes.length - at);
        byte[] more = Samples.bytes(random, length);
        return switch (random.nextInt(6)) {
            case 0 -> join(Arrays.copyOf(bytes, at), more, rest(bytes, at));
            case 1 -> join(Arrays.copyOf(bytes, at), rest(bytes, at + length), more);
            case 2 -> join(Arrays.copyOf(bytes, at), more, rest(bytes, at + length));
            case 3 -> join(bytes, more, new byte[0]);
            case 4 -> Arrays.copyOf(bytes, Math.max(1, at));
            default -> join(Arrays.copyOf(bytes, at), new byte[length], rest(bytes, at));
        };
    }

    private static byte[] rest(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static byte[] join(byte[] first, byte[] second, byte[] third) {
        byte[] all = Arrays.copyOf(first, first.length + second.length + third.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        System.arraycopy(third, 0, all, first.length + second.length, third.length);
        return all;
    }

    @Test
    void anotherFileAtTheSamePathIsWrittenAsAlways() {
        SplittableRandom random = new SplittableRandom(Samples.seed("other"));
        Content last = Samples.write(store, Samples.bytes(random, 100_000));
        byte[] other = Samples.bytes(random, 120_000);
        assertThat(writeOver(last, other, random)).isEqualTo(Samples.write(store, other));
    }

    @Test
    void aDamagedLastVersionDoesNotKeepANewOneFromBeingWritten() {
        SplittableRandom random = new SplittableRandom(Samples.seed("damaged"));
        byte[] bytes = Samples.bytes(random, 100_000);
        Content missing = new Content(ObjectId.of(new byte[] {1}), 1, 100_000);
        assertThat(writeOver(missing, bytes, random)).isEqualTo(Samples.write(store, bytes));
    }

    @Test
    void aWriterThatIsDroppedInTheMiddleGivesAllBack() {
        SplittableRandom random = new SplittableRandom(Samples.seed("dropped"));
        byte[] bytes = Samples.bytes(random, 100_000);
        Content last = Samples.write(store, bytes);
        for (int round = 0; round < 50; round++) {
            byte[] edited = edit(bytes, random);
            try (ContentWriter writer = store.newWriter(last)) {
                writer.write(ByteBuffer.wrap(edited, 0, random.nextInt(edited.length)));
            }
        }
        awaitNothingLent();
        assertThat(store.isComparing()).isFalse();
    }

    private void awaitNothingLent() {
        while (store.buffers().lent() > 0) {
            Thread.onSpinWait();
        }
    }
}
