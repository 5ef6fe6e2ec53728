package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pfs.object.ObjectId;
import pfs.pack.IndexEntry;
import pfs.pack.Place;

class OpenPacksTest {
    private static ObjectId id(int n) {
        return ObjectId.of(new byte[] {(byte) n});
    }

    private static Place place(long pack, int offset) {
        return new Place(1, pack, offset, 10);
    }

    private static IndexEntry entry(int n, long pack, int offset) {
        return new IndexEntry(id(n).toBytes(), place(pack, offset));
    }

    @Test
    void aPackThatWasBegunHereIsKnownUntilItIsTaken() {
        OpenPacks open = new OpenPacks(PackNumber.position(3, 0));
        open.add(id(1), place(3, 100));
        open.add(id(2), place(3, 110));
        open.add(id(3), place(4, 100));
        assertThat(open.take(3)).contains(List.of(entry(1, 3, 100), entry(2, 3, 110)));
        assertThat(open.take(3)).isEmpty();
        assertThat(open.take(4)).contains(List.of(entry(3, 4, 100)));
    }

    @Test
    void aPackThatWasThereIsNotKnown() {
        OpenPacks open = new OpenPacks(PackNumber.position(3, 500));
        open.add(id(1), place(3, 500));
        open.add(id(2), place(4, 100));
        assertThat(open.take(3)).isEmpty();
        assertThat(open.take(4)).isPresent();
    }

    @Test
    void aPackBeyondTheLimitIsNotKnownAndTheNextIsAgain() {
        OpenPacks open = new OpenPacks(PackNumber.position(1, 0), 2);
        for (int i = 0; i < 4; i++) {
            open.add(id(i), place(1, 100 + 10 * i));
        }
        assertThat(open.take(1)).isEqualTo(Optional.empty());
        open.add(id(5), place(2, 100));
        open.add(id(6), place(2, 110));
        assertThat(open.take(2).orElseThrow()).hasSize(2);
    }
}
