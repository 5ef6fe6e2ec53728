package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class RecordFormatTest {
    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    static ByteBuffer record(int kind, int flags, int rawLength, byte[] payload) {
        ByteBuffer parts = ByteBuffer.wrap(payload);
        ByteBuffer header = RecordFormat.encodeHeader(kind, flags, rawLength, random(32), parts);
        assertThat(parts.position()).isZero();
        return ByteBuffer.allocate(header.remaining() + payload.length)
                .put(header)
                .put(payload)
                .flip();
    }

    @Test
    void aRecordComesBack() {
        for (int kind : new int[] {1, 2, 3, 4, 16}) {
            for (int length : new int[] {0, 1, 1000, 100_000}) {
                byte[] payload = random(length);
                PackRecord record =
                        RecordFormat.decode(record(kind, RecordFormat.PLAIN, length, payload));
                assertThat(record.kind()).isEqualTo(kind);
                assertThat(record.flags()).isEqualTo(RecordFormat.PLAIN);
                assertThat(record.rawLength()).isEqualTo(length);
                assertThat(record.id()).isEqualTo(random(32));
                assertThat(record.payload()).isEqualTo(ByteBuffer.wrap(payload));
                assertThat(record.length()).isEqualTo(RecordFormat.HEADER + length);
            }
        }
        PackRecord zstd = RecordFormat.decode(record(1, RecordFormat.ZSTD, 5000, random(100)));
        assertThat(zstd.rawLength()).isEqualTo(5000);
        assertThat(zstd.payload().remaining()).isEqualTo(100);
    }

    @Test
    void thePayloadMayBeInPartsAndInDirectMemory() {
        ByteBuffer direct = ByteBuffer.allocateDirect(50).put(random(50)).flip();
        ByteBuffer header =
                RecordFormat.encodeHeader(
                        1, 0, 50, random(32), direct.slice(0, 20), direct.slice(20, 30));
        ByteBuffer whole = ByteBuffer.allocateDirect(96).put(header).put(direct).flip();
        assertThat(RecordFormat.decode(whole).payload()).isEqualTo(ByteBuffer.wrap(random(50)));
    }

    @Test
    void noFlippedBitGoesUnnoticed() {
        ByteBuffer record = record(1, RecordFormat.ZSTD, 300, random(200));
        for (int bit = 0; bit < record.limit() * 8; bit++) {
            flip(record, bit);
            assertDamaged(record);
            flip(record, bit);
        }
        RecordFormat.decode(record);
    }

    static void flip(ByteBuffer bytes, int bit) {
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
    }

    @Test
    void noTruncationOrTailGoesUnnoticed() {
        ByteBuffer record = record(1, RecordFormat.PLAIN, 100, random(100));
        for (int length = 0; length < record.limit(); length++) {
            assertDamaged(record.slice(0, length));
        }
        assertDamaged(ByteBuffer.allocate(147).put(record.duplicate()).rewind());
        assertDamaged(ByteBuffer.allocate(RecordFormat.HEADER));
        assertDamaged(ByteBuffer.allocate(4096));
    }

    private static void assertDamaged(ByteBuffer record) {
        assertThatThrownBy(() -> RecordFormat.decode(record))
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
    }

    @Test
    void limitsAndNonsenseAreRefused() {
        byte[] id = random(32);
        assertThatThrownBy(
                        () ->
                                RecordFormat.encodeHeader(
                                        1,
                                        0,
                                        RecordFormat.MAX_RAW + 1,
                                        id,
                                        ByteBuffer.allocate(RecordFormat.MAX_RAW + 1)))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("16777217 bytes, limit 16777216");
        assertThatThrownBy(() -> RecordFormat.encodeHeader(5, 0, 0, id))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecordFormat.encodeHeader(1, 0, 7, id, ByteBuffer.allocate(6)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecordFormat.encodeHeader(1, 1, 7, id, ByteBuffer.allocate(7)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
