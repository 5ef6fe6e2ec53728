package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.object.ObjectId;
import pfs.sync.LocalPeer;
import pfs.sync.PeerObjects;
import pfs.sync.Push;
import pfs.tree.FileEntry;

class ScrubTest {
    /** Only when it is asked to. */
    private static final Scrub.Settings BY_HAND = new Scrub.Settings(0, Duration.ofDays(7));

    private static byte[] random(long seed) {
        byte[] bytes = new byte[9_000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Files in several packs, and what the first of them holds. */
    private static ObjectId fill(MemoryStore store) {
        for (int i = 0; i < 30; i++) {
            store.repo().put("master", "d/" + i, store.entry(random(i)), Precondition.NONE);
        }
        store.repo().commit("master", new CommitRequest("m", "a", Map.of(), null));
        FileEntry first = (FileEntry) store.repo().snapshot("master").find("d/0").orElseThrow();
        return first.content().id();
    }

    @Test
    void aFlippedBitIsFoundAndMendedFromAPeer() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10);
                MemoryStore replica = new MemoryStore()) {
            ObjectId first = fill(store);
            new Push(store.repos(), store.repo(), new LocalPeer(replica.repos(), replica.repo()))
                    .run(null, Arrivals.Mode.FAST_FORWARD);
            store.restart();
            Scrub scrub = store.repos().scrub(BY_HAND);
            scrub.round();
            assertThat(scrub.state().findings()).isEmpty();
            assertThat(scrub.state().bytes()).isGreaterThan(30 * 9_000);
            store.flip(first);
            scrub.round();
            assertThat(scrub.state().findings())
                    .singleElement()
                    .satisfies(f -> assertThat(f.where()).contains("0000000000000001.pack"));
            assertThat(scrub.state().next()).isZero();
            PeerObjects copy = new PeerObjects(new LocalPeer(replica.repos(), replica.repo()));
            Checked mended = store.repos().collector().check(new FsckSettings(true, 10), copy);
            assertThat(mended.whole()).isTrue();
            assertThat(mended.mended()).isPositive();
            FileEntry file = (FileEntry) store.repo().snapshot("master").find("d/0").orElseThrow();
            assertThat(store.bytes(file)).isEqualTo(random(0));
        }
    }

    @Test
    void itGoesOnWhereItStoppedAndKeepsWhatItFound() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            ObjectId first = fill(store);
            store.restart();
            store.flip(first);
            byte[] line = "0000000000000002.pack 1-2\tbefore the restart\n".getBytes();
            byte[] stood =
                    ByteBuffer.allocate(16 + line.length).putLong(3).putLong(5).put(line).array();
            store.repos().meta().commit(new Batch().put(RefKeys.SCRUB, Bytes.of(stood)));
            Scrub scrub = store.repos().scrub(BY_HAND);
            assertThat(scrub.state().next()).isEqualTo(3);
            scrub.round();
            assertThat(scrub.state().findings()).extracting(Finding::what).hasSize(1);
            assertThat(scrub.state().bytes()).isBetween(1L, store.packBytes() - 100_000);
            assertThat(scrub.state().began()).isEqualTo(5);
            store.restart();
            Scrub next = store.repos().scrub(BY_HAND);
            assertThat(next.state().findings()).hasSize(1);
            next.round();
            assertThat(next.state().findings())
                    .singleElement()
                    .satisfies(f -> assertThat(f.where()).contains("0000000000000001.pack"));
        }
    }

    @Test
    void byItselfItBeginsWhenARoundIsDueAndEndsWithTheStore() throws Exception {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            fill(store);
            Scrub scrub = store.repos().scrub(new Scrub.Settings(Long.MAX_VALUE, Duration.ZERO));
            while (scrub.state().bytes() == 0) {
                Thread.sleep(5);
            }
            store.restart();
            assertThat(store.repos().scrub(BY_HAND).state().bytes()).isZero();
            assertThatThrownBy(() -> new Scrub.Settings(-1, Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSlowRoundIsPutOffWhenTheStoreCloses() {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            fill(store);
            // a byte a second: it would take days
            store.repos().scrub(new Scrub.Settings(1, Duration.ZERO));
            store.restart();
            assertThat(store.repos().scrub(BY_HAND).state().findings()).isEmpty();
        }
    }
}
