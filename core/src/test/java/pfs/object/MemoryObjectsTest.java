package pfs.object;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class MemoryObjectsTest {
    private final MemoryObjects objects = new MemoryObjects();
    private final byte[] abc = "xabcx".getBytes(UTF_8);

    @Test
    void theIdIsTheSha256OfTheBytes() {
        ObjectId id = objects.insert(ObjectKind.CHUNK, abc, 1, 3);
        assertThat(id)
                .hasToString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(objects.read(id, ObjectKind.CHUNK)).isEqualTo("abc".getBytes(UTF_8));
        assertThat(objects.contains(id)).isTrue();
    }

    @Test
    void theSameBytesAreStoredOnceAndFoundAsEveryKindTheyWereInsertedAs() {
        ObjectId id = objects.insert(ObjectKind.CHUNK, abc, 1, 3);
        assertThatThrownBy(() -> objects.read(id, ObjectKind.TREE))
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
        objects.insert(ObjectKind.TREE, id, abc, 1, 3);
        assertThat(objects.read(id, ObjectKind.TREE)).isEqualTo("abc".getBytes(UTF_8));
        assertThat(objects.read(id, ObjectKind.CHUNK)).isEqualTo("abc".getBytes(UTF_8));
        assertThat(objects.count()).isEqualTo(1);
        assertThat(objects.bytes()).isEqualTo(3);
    }

    @Test
    void aWrongIdIsRefused() {
        ObjectId other = ObjectId.of(abc);
        assertThatThrownBy(() -> objects.insert(ObjectKind.CHUNK, other, abc, 0, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsMissingIsCorrupt() {
        assertThatThrownBy(() -> objects.read(ObjectId.of(abc), ObjectKind.CHUNK))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("is missing");
    }
}
