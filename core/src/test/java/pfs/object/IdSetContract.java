package pfs.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link IdSet} does. */
public abstract class IdSetContract {
    protected abstract IdSet open();

    @Test
    void itHasWhatWasAddedAndNothingElse() {
        Random random = new Random(7);
        Set<ObjectId> model = new HashSet<>();
        try (IdSet set = open()) {
            for (int i = 0; i < 20_000; i++) {
                byte[] bytes = new byte[ObjectId.BYTES];
                random.nextBytes(bytes);
                // Many share a beginning, and some are the same.
                bytes[random.nextInt(4)] = 0;
                if (random.nextInt(4) == 0) {
                    java.util.Arrays.fill(bytes, 1, 31, (byte) 0);
                }
                ObjectId id = ObjectId.decode(bytes, 0);
                assertThat(set.contains(id)).isEqualTo(model.contains(id));
                assertThat(set.add(id)).isEqualTo(model.add(id));
            }
            assertThat(set.size()).isEqualTo(model.size());
            model.forEach(id -> assertThat(set.contains(id)).isTrue());
            set.add(ObjectId.decode(new byte[32], 0));
            assertThat(set.contains(ObjectId.decode(new byte[32], 0))).isTrue();
            assertThat(set.add(ObjectId.decode(new byte[32], 0))).isFalse();
        }
    }
}
