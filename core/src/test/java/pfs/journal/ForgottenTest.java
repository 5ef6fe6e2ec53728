package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pfs.disk.MemoryDisk;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.AppendablePackStore;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;

/** What a collection had the index forget is read on by who knows it, and by nobody else. */
class ForgottenTest {
    private final AtomicInteger looks = new AtomicInteger();

    /** Counts who looks into the index blob of a pack. */
    private AppendablePackStore counted(AppendablePackStore packs) {
        return (AppendablePackStore)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {AppendablePackStore.class},
                        (_, method, arguments) -> {
                            boolean read = method.getName().equals("read");
                            if (read && arguments[0].toString().endsWith(".index")) {
                                looks.incrementAndGet();
                            }
                            try {
                                return method.invoke(packs, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static ObjectId id(int number) {
        return ObjectId.of(("object " + number).getBytes(StandardCharsets.US_ASCII));
    }

    /** Another store may ask for any id: what it asks must not cost a look into each swept pack. */
    @Test
    void whoAsksForWhatNeverWasLooksIntoNoSweptPack() throws IOException {
        AppendablePackStore packs = counted(new LocalPackStore(new MemoryDisk(), "packs"));
        try (Journal journal = Journal.open(packs, new MemoryPackIndex())) {
            byte[] bytes = "object 0".getBytes(StandardCharsets.US_ASCII);
            journal.insert(ObjectKind.CHUNK, bytes, 0, bytes.length);
            journal.flush();
            long pack = PackNumber.number(journal.end());
            try (PackSweep sweep = journal.sweep()) {
                new PackSealer(packs).sealNow(pack, packs.size(PackNumber.pack(pack)));
                sweep.freeze(_ -> false);
                sweep.survey(pack, _ -> false);
                sweep.drop(pack, _ -> false, Long.MAX_VALUE);
            }
            assertThat(journal.contains(id(0))).isFalse();
            assertThat(journal.read(id(0), ObjectKind.CHUNK)).isEqualTo(bytes);
            int before = looks.get();
            List<ObjectId> never = IntStream.range(1, 1_000).mapToObj(ForgottenTest::id).toList();
            assertThat(journal.stored(never).missing()).isEqualTo(never);
            assertThat(never).noneMatch(journal::contains);
            assertThat(looks).hasValue(before);
            assertThat(journal.read(id(0), ObjectKind.CHUNK)).isEqualTo(bytes);
            assertThat(looks.get()).as("it is seen when somebody looks").isGreaterThan(before);
        }
    }
}
