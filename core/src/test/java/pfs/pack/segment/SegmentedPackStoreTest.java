package pfs.pack.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import pfs.pack.AppendablePackStore;
import pfs.pack.AppendablePackStoreContract;
import pfs.pack.CountingPackStore;
import pfs.pack.ForwardingPackStore;
import pfs.pack.MemoryPackStore;
import pfs.pack.PackStore;

/** Two stores over one stand for two servers. */
class SegmentedPackStoreTest extends AppendablePackStoreContract {
    private final MemoryPackStore shared = new MemoryPackStore();

    @Override
    protected AppendablePackStore open() {
        return new SegmentedPackStore(shared, _ -> true);
    }

    @Override
    protected String top(String beginning) {
        return beginning;
    }

    private static String all(AppendablePackStore store, String name) throws Exception {
        return read(store, name, 0, 1000);
    }

    @Test
    void whatIsNotSyncedIsNotThereForOthers() throws Exception {
        AppendablePackStore one = open();
        AppendablePackStore.Appender log = one.append("log");
        log.append(bytes("first"));
        log.sync();
        log.append(bytes(" second"));
        assertThat(all(one, "log")).isEqualTo("first second");
        assertThat(all(open(), "log")).isEqualTo("first");
        assertThat(open().size("log")).isEqualTo(5);
        log.sync();
        assertThat(all(open(), "log")).isEqualTo("first second");
    }

    @Test
    void whoeverIsSealedOutWritesNothingMore() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        old.append(bytes("kept"));
        old.sync();
        AppendablePackStore next = open();
        assertThat(next.seal("log")).isEqualTo(4);
        old.append(bytes(" lost"));
        assertThatThrownBy(old::sync)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another server");
        assertThatThrownBy(() -> old.append(bytes("x"))).isInstanceOf(IOException.class);
        assertThat(next.seal("log")).isEqualTo(4);
        assertThat(all(next, "log")).isEqualTo("kept");
    }

    @Test
    void aSegmentThatCameFirstIsSealedIn() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        old.append(bytes("one"));
        old.sync();
        AppendablePackStore next = open();
        assertThat(next.size("log")).isEqualTo(3);
        old.append(bytes(" two"));
        old.sync();
        assertThat(next.seal("log")).isEqualTo(7);
        assertThat(all(next, "log")).isEqualTo("one two");
    }

    @Test
    void aHoleEndsThePackAndWhatComesLateStaysOut() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        old.append(bytes("whole"));
        old.sync();
        shared.put(SegmentNames.segment("log", 100), data("behind a hole"));
        AppendablePackStore next = open();
        assertThat(next.seal("log")).isEqualTo(5);
        next.finish("log", 4);
        assertThat(next.size("log")).isEqualTo(4);
        assertThat(all(next, "log")).isEqualTo("whol");
        assertThat(all(open(), "log")).isEqualTo("whol");
    }

    private static ByteBuffer data(String text) {
        ByteBuffer head = new SegmentHeader(SegmentHeader.Kind.DATA, text.length()).encode();
        return ByteBuffer.allocate(head.remaining() + text.length())
                .put(head)
                .put(bytes(text))
                .flip();
    }

    /** Who takes over is in a hurry: a listing says all of an unfinished pack. */
    @Test
    void aPackIsSealedByAListingOfItsSegments() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        for (int i = 0; i < 2500; i++) {
            old.append(bytes("0123456789"));
            old.sync();
        }
        CountingPackStore counting = new CountingPackStore(shared);
        AppendablePackStore next = new SegmentedPackStore(counting, _ -> true);
        assertThat(next.seal("log")).isEqualTo(25_000);
        assertThat(next.size("log")).isEqualTo(25_000);
        assertThat(counting.reads()).isLessThanOrEqualTo(2);
    }

    @Test
    void aLaterPackIsThereOnlyWhenTheOneBeforeIsWhole() throws Exception {
        AppendablePackStore one = open();
        AppendablePackStore.Appender first = one.append("a");
        first.append(bytes("not synced"));
        AppendablePackStore.Appender second = one.append("b");
        second.append(bytes("second"));
        second.sync();
        assertThat(all(open(), "a")).isEqualTo("not synced");
        assertThat(all(open(), "b")).isEqualTo("second");
    }

    @Test
    void longAppendsGoInManySegmentsAndComeBackInAnyRange() throws Exception {
        byte[] all = new byte[33 << 20];
        new Random(5).nextBytes(all);
        AppendablePackStore one = open();
        AppendablePackStore.Appender log = one.append("log");
        log.append(ByteBuffer.wrap(all, 0, 3 << 20), ByteBuffer.wrap(all, 3 << 20, 5));
        log.append(ByteBuffer.wrap(all, (3 << 20) + 5, all.length - (3 << 20) - 5));
        ranges(one, all);
        log.sync();
        ranges(one, all);
        ranges(open(), all);
        assertThat(shared.list("log/", "", 100)).hasSizeGreaterThan(3);
    }

    /** A store whose segments stay under way until they are let through. */
    private static final class SlowStore extends ForwardingPackStore {
        private final Set<String> waiting = new TreeSet<>();
        private final Set<String> let = new HashSet<>();

        SlowStore(PackStore store) {
            super(store);
        }

        @Override
        public boolean put(String name, ByteBuffer... parts) throws IOException {
            synchronized (this) {
                waiting.add(name);
                notifyAll();
                while (!let.contains(name) && !name.equals(SegmentNames.begun("log"))) {
                    waitFor();
                }
            }
            return super.put(name, parts);
        }

        synchronized void await(String name) {
            while (!waiting.contains(name)) {
                waitFor();
            }
        }

        synchronized void let(String name) {
            let.add(name);
            notifyAll();
        }

        private void waitFor() {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static String segment(int number) {
        return SegmentNames.segment("log", (long) number * Piece.MOST);
    }

    @Test
    void fullPiecesGoBeforeAnySyncAndASyncWaitsForAllOfThem() throws Exception {
        SlowStore slow = new SlowStore(shared);
        byte[] all = new byte[2 * Piece.MOST + 7];
        new Random(6).nextBytes(all);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AppendablePackStore one = new SegmentedPackStore(slow, _ -> true);
            AppendablePackStore.Appender log = one.append("log");
            log.append(ByteBuffer.wrap(all));
            slow.await(segment(0));
            slow.await(segment(1));
            Future<?> sync =
                    threads.submit(
                            () -> {
                                log.sync();
                                return null;
                            });
            slow.await(segment(2));
            slow.let(segment(2));
            slow.let(segment(1));
            while (shared.size(segment(1)) < 0 || shared.size(segment(2)) < 0) {
                Thread.onSpinWait();
            }
            assertThat(open().size("log")).as("what is behind a hole").isZero();
            ranges(one, all);
            assertThat(sync.isDone()).isFalse();
            slow.let(segment(0));
            sync.get();
            assertThat(open().size("log")).isEqualTo(all.length);
            ranges(open(), all);
        }
    }

    @Test
    void whoIsFasterThanTheStoreWaits() throws Exception {
        SlowStore slow = new SlowStore(shared);
        ByteBuffer some = ByteBuffer.allocate(Piece.MOST);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AppendablePackStore one = new SegmentedPackStore(slow, _ -> true);
            AppendablePackStore.Appender log = one.append("log");
            AtomicInteger appended = new AtomicInteger();
            Future<?> appending =
                    threads.submit(
                            () -> {
                                for (int i = 0; i < 7; i++) {
                                    log.append(some.duplicate());
                                    appended.incrementAndGet();
                                }
                                return null;
                            });
            for (int i = 0; i < 7; i++) {
                slow.await(segment(i));
                assertThat(appended.get()).as("at segment " + i).isLessThanOrEqualTo(i + 5);
                slow.let(segment(i));
            }
            appending.get();
            log.sync();
            assertThat(open().size("log")).isEqualTo(7L * Piece.MOST);
        }
    }

    @Test
    void whatIsRefusedOnTheWayFailsTheNextAppend() throws Exception {
        AppendablePackStore.Appender old = open().append("log");
        assertThat(open().seal("log")).isZero();
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                old.append(ByteBuffer.allocate(Piece.MOST));
                            }
                        })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another server");
    }

    @Test
    void whoReadsWhilePiecesGetIntoTheStoreReadsTheirBytes() throws Exception {
        byte[] all = new byte[6 * Piece.MOST];
        new Random(7).nextBytes(all);
        AppendablePackStore one = open();
        AppendablePackStore.Appender log = one.append("log");
        AtomicInteger there = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> reading =
                    threads.submit(
                            () -> {
                                Random random = new Random(8);
                                ByteBuffer into = ByteBuffer.allocate(100_000);
                                while (there.get() < all.length) {
                                    int end = there.get();
                                    int from = random.nextInt(Math.max(1, end - into.capacity()));
                                    into.clear().limit(Math.min(end, into.capacity()));
                                    int count = one.read("log", from, into);
                                    assertThat(into.flip())
                                            .isEqualTo(
                                                    ByteBuffer.wrap(all, from, Math.max(count, 0)));
                                }
                                return null;
                            });
            for (int at = 0; at < all.length; at += 1 << 20) {
                log.append(ByteBuffer.wrap(all, at, Math.min(1 << 20, all.length - at)));
                there.set(Math.min(all.length, at + (1 << 20)));
            }
            reading.get();
        }
        log.sync();
        ranges(open(), all);
    }

    private static void ranges(AppendablePackStore store, byte[] all) throws IOException {
        for (int offset :
                new int[] {
                    0, Piece.MOST - 4, Piece.MOST, Piece.MOST + 8_000_000, all.length - 10
                }) {
            ByteBuffer into = ByteBuffer.allocate(1 << 20);
            int count = store.read("log", offset, into);
            assertThat(count).isEqualTo(Math.min(1 << 20, all.length - offset));
            assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(all, offset, count));
        }
    }

    @Test
    void aDeletedPackLeavesNothing() throws Exception {
        AppendablePackStore one = open();
        AppendablePackStore.Appender log = one.append("log");
        log.append(bytes("some"));
        log.close();
        one.seal("log");
        one.finish("log", 4);
        assertThat(one.delete("log")).isTrue();
        assertThat(one.delete("log")).isFalse();
        assertThat(shared.list("", "", 10)).isEmpty();
        assertThat(one.size("log")).isEqualTo(-1);
    }

    /** What is behind it would be taken for what was never acknowledged. */
    @Test
    void aSegmentThatLostItsEndIsNoHole() throws Exception {
        AppendablePackStore.Appender log = open().append("log");
        log.append(bytes("some"));
        log.sync();
        log.append(bytes("more"));
        log.sync();
        String first = SegmentNames.segment("log", 0);
        ByteBuffer torn = ByteBuffer.allocate(27);
        shared.read(first, 0, torn);
        shared.delete(first);
        shared.put(first, torn.flip());
        assertThatThrownBy(() -> open().seal("log"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(first);
    }

    @Test
    void aDamagedHeadIsRefused() throws Exception {
        AppendablePackStore.Appender log = open().append("log");
        log.append(bytes("some"));
        log.sync();
        shared.delete(SegmentNames.segment("log", 0));
        shared.put(SegmentNames.segment("log", 0), ByteBuffer.allocate(28));
        assertThatThrownBy(() -> open().size("log"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }
}
