package pfs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;

class PackHeaderTest {
    @Test
    void theNumberComesBack() {
        assertThat(PackHeader.decode(PackHeader.encode(7))).isEqualTo(7);
        assertThat(PackHeader.encode(7).remaining()).isEqualTo(PackHeader.BYTES);
    }

    @Test
    void noFlippedBitAndNoTruncationGoesUnnoticed() {
        ByteBuffer header = PackHeader.encode(1234567);
        for (int bit = 0; bit < PackHeader.BYTES * 8; bit++) {
            RecordFormatTest.flip(header, bit);
            assertThatThrownBy(() -> PackHeader.decode(header)).isInstanceOf(PfsException.class);
            RecordFormatTest.flip(header, bit);
        }
        for (int length = 0; length < PackHeader.BYTES; length++) {
            ByteBuffer cut = header.slice(0, length);
            assertThatThrownBy(() -> PackHeader.decode(cut)).isInstanceOf(PfsException.class);
        }
    }
}
