package pfs.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.CountingPackStore;
import pfs.pack.ForwardingPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.MemoryPackStore;
import pfs.pack.PackStore;
import pfs.pack.segment.SegmentedPackStore;

/** Journals of several servers over one store, each of which takes over from the one before. */
class TakeOverTest {
    private static final long SMALL_PACK = 4096;

    private final MemoryPackStore shared = new MemoryPackStore();
    private final Random random = new Random(3);

    private Journal open() throws IOException {
        return open(shared, new MemoryPackIndex());
    }

    private static Journal open(PackStore store, MemoryPackIndex index) throws IOException {
        SegmentedPackStore packs = new SegmentedPackStore(store, name -> name.endsWith(".pack"));
        return Journal.open(packs, index, SMALL_PACK);
    }

    private ObjectId insert(Journal journal, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return journal.insert(ObjectKind.CHUNK, bytes, 0, length);
    }

    private static List<String> records(Journal journal) {
        List<String> records = new ArrayList<>();
        journal.replay(0, (_, bytes) -> records.add(new String(bytes, StandardCharsets.UTF_8)));
        return records;
    }

    private static void write(Journal journal, String record) {
        journal.append(record.getBytes(StandardCharsets.UTF_8));
        journal.flush();
    }

    @Test
    void whatWasAcknowledgedIsThereForTheNextAndTheOldOneIsShutOut() throws IOException {
        Journal old = open();
        ObjectId object = insert(old, 100);
        write(old, "one");
        Journal next = open();
        assertThat(records(next)).containsExactly("one");
        assertThat(next.read(object, ObjectKind.CHUNK)).hasSize(100);
        assertThatThrownBy(() -> write(old, "lost")).isInstanceOf(PfsException.class);
        write(next, "two");
        assertThat(records(open())).containsExactly("one", "two");
    }

    /** The old one has begun a pack when it is overtaken, and has not written the one before. */
    @Test
    void aPackThatWasLeftBehindDoesNotGrowLater() throws IOException {
        Journal old = open();
        write(old, "one");
        old.append("unsynced".getBytes(StandardCharsets.UTF_8));
        insert(old, 3000);
        insert(old, 3000);
        Journal next = open();
        assertThat(records(next)).containsExactly("one");
        assertThatThrownBy(old::flush).isInstanceOf(PfsException.class);
        write(next, "two");
        assertThat(records(open())).containsExactly("one", "two");
    }

    @Test
    void packsGoOnFromServerToServer() throws IOException {
        List<ObjectId> objects = new ArrayList<>();
        List<String> written = new ArrayList<>();
        for (int server = 0; server < 5; server++) {
            Journal journal = open();
            for (int i = 0; i < 10; i++) {
                objects.add(insert(journal, 700));
                written.add(server + "." + i);
                write(journal, server + "." + i);
            }
            assertThat(records(journal)).isEqualTo(written);
        }
        Journal last = open();
        assertThat(records(last)).isEqualTo(written);
        assertThat(objects).allMatch(last::contains);
        for (ObjectId object : objects) {
            assertThat(last.read(object, ObjectKind.CHUNK)).hasSize(700);
        }
    }

    /** Who takes over reads the last pack a segment at a time. */
    @Test
    void aPackOfManySegmentsIsEndedHoweverShort() throws IOException {
        SegmentedPackStore packs = new SegmentedPackStore(shared, name -> name.endsWith(".pack"));
        Journal journal = Journal.open(packs, new MemoryPackIndex());
        for (int i = 0; i < 700; i++) {
            write(journal, "r" + i);
        }
        assertThat(packs.list("", "", 100).stream().filter(name -> name.endsWith(".pack")))
                .hasSize(3);
        assertThat(records(open())).hasSize(700).contains("r0", "r699");
    }

    /** Who has kept its index asks for the last pack, not for all before it. */
    @Test
    void aTakeOverAsksNoMoreForManyPacksThanForFew() throws Exception {
        MemoryPackIndex index = new MemoryPackIndex();
        int few = callsOfATakeOverAfter(3, index);
        int many = callsOfATakeOverAfter(40, index);
        assertThat(many).isLessThanOrEqualTo(few + 5);
    }

    private int callsOfATakeOverAfter(int packs, MemoryPackIndex index) throws Exception {
        Journal journal = open(shared, index);
        for (int i = 0; i < packs; i++) {
            insert(journal, 3000);
            write(journal, "r" + i);
        }
        journal.catchUp();
        await(() -> count(".pack") <= count(".index") + 1);
        CountingPackStore counting = new CountingPackStore(shared);
        open(counting, index);
        await(() -> count(".pack") <= count(".index") + 1);
        return counting.calls();
    }

    private long count(String ending) {
        try {
            return shared.listTop("", 1000).stream()
                    .filter(top -> top.endsWith(ending) || top.endsWith(ending + "/"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A segment of one that was shut out may be under way for as long as the network likes. */
    @Test
    void aSegmentThatArrivesWhenItsPackIsDeletedMakesNoPackOfIt() throws Exception {
        Journal journal = open();
        List<ObjectId> objects = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            objects.add(insert(journal, 3000));
            write(journal, "r" + i);
        }
        journal.catchUp();
        await(() -> count(".pack") <= count(".index") + 1);
        SegmentedPackStore packs = new SegmentedPackStore(shared, name -> name.endsWith(".pack"));
        long first = PackList.of(packs).packs().first();
        List<String> late = shared.list(PackNumber.pack(first) + "/", "", 100);
        ByteBuffer segment = ByteBuffer.allocate((int) shared.size(late.getFirst()));
        shared.read(late.getFirst(), 0, segment);
        packs.delete(PackNumber.index(first));
        packs.delete(PackNumber.pack(first));
        shared.put(late.getFirst(), segment.flip());
        assertThat(PackList.of(packs).packs()).doesNotContain(first);
        Journal next = open();
        assertThat(objects.subList(1, 4)).allMatch(next::contains);
        write(next, "on");
        assertThat(records(next)).contains("on");
    }

    /** Two open at once: one of them has the journal, the other is told. */
    @Test
    void ofTwoWhoTakeOverAtOnceOneIsShutOut() throws IOException {
        write(open(), "one");
        Journal first = open();
        Journal second = open();
        assertThatThrownBy(() -> write(first, "x")).isInstanceOf(PfsException.class);
        write(second, "two");
        assertThat(records(open())).containsExactly("one", "two");
    }

    /** Syncs run beside each other: the later one's segment may be there first. */
    @Test
    void aSegmentBehindAHoleIsNeitherAcknowledgedNorTakenOver() throws Exception {
        Held held = new Held(shared);
        SegmentedPackStore packs = new SegmentedPackStore(held, name -> name.endsWith(".pack"));
        Journal old = Journal.open(packs, new MemoryPackIndex());
        write(old, "one");
        held.next.set(new CountDownLatch(1));
        CompletableFuture<Void> two =
                CompletableFuture.runAsync(() -> write(old, "two"), Thread::startVirtualThread);
        await(() -> held.waiting.get() != null);
        int before = shared.list("", "", 100).size();
        CompletableFuture<Void> three =
                CompletableFuture.runAsync(() -> write(old, "three"), Thread::startVirtualThread);
        await(() -> shared.list("", "", 100).size() > before);
        assertThat(three).isNotDone();
        Journal next = open();
        assertThat(records(next)).containsExactly("one");
        held.waiting.get().countDown();
        assertThatThrownBy(two::join).hasCauseInstanceOf(PfsException.class);
        assertThatThrownBy(three::join).hasCauseInstanceOf(PfsException.class);
        write(next, "four");
        assertThat(records(open())).containsExactly("one", "four");
    }

    private static void await(BooleanSupplier what) throws InterruptedException {
        for (int i = 0; i < 3_000 && !what.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(what.getAsBoolean()).isTrue();
    }

    /** A store that lets the next put wait. */
    private static final class Held extends ForwardingPackStore {
        private final AtomicReference<CountDownLatch> next = new AtomicReference<>();
        private final AtomicReference<CountDownLatch> waiting = new AtomicReference<>();

        Held(PackStore store) {
            super(store);
        }

        @Override
        public boolean put(String name, ByteBuffer... parts) throws IOException {
            CountDownLatch hold = next.getAndSet(null);
            if (hold != null) {
                waiting.set(hold);
                try {
                    hold.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return super.put(name, parts);
        }
    }
}
