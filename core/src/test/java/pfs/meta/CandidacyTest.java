package pfs.meta;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CandidacyTest {
    private static final Key NAME = Key.of("gc");

    /** One clock for all: the store's in milliseconds, the candidates' in nanoseconds. */
    private final AtomicLong millis = new AtomicLong(1_000_000);

    private final MetaStore store = new MemoryMetaStore(() -> Instant.ofEpochMilli(millis.get()));

    private Candidacy candidate(String name) {
        return new Candidacy(
                store, NAME, name, Duration.ofMillis(1000), () -> millis.get() * 1_000_000);
    }

    @Test
    void onlyOneLeadsAndTheNextHasAGreaterToken() {
        Candidacy a = candidate("a");
        Candidacy b = candidate("b");
        assertThat(a.leading()).isEmpty();
        MetaStore.Lease first = a.attempt().orElseThrow();
        assertThat(b.attempt()).isEmpty();
        assertThat(b.leader()).contains(first);
        millis.addAndGet(600);
        assertThat(a.attempt()).contains(first);
        millis.addAndGet(600);
        assertThat(b.attempt()).isEmpty();
        assertThat(a.leading()).contains(first);
        a.resign();
        assertThat(a.leading()).isEmpty();
        assertThat(b.attempt().orElseThrow().token()).isGreaterThan(first.token());
    }

    @Test
    void stopsBelievingBeforeAnyOtherCanHaveIt() {
        Candidacy a = candidate("a");
        Candidacy b = candidate("b");
        a.attempt();
        millis.addAndGet(899);
        assertThat(a.leading()).isPresent();
        assertThat(a.nanosLeft()).isEqualTo(1_000_000);
        millis.addAndGet(1);
        assertThat(a.leading()).isEmpty();
        assertThat(a.nanosLeft()).isZero();
        assertThat(b.attempt()).isEmpty();
        millis.addAndGet(100);
        assertThat(b.attempt()).isPresent();
        assertThat(a.attempt()).isEmpty();
    }

    @Test
    void whoWasOvertakenCannotFinishWhatItBegan() {
        Candidacy a = candidate("a");
        Candidacy b = candidate("b");
        MetaStore.Lease stopped = a.attempt().orElseThrow();
        millis.addAndGet(1000);
        assertThat(b.attempt()).isPresent();
        Batch late = new Batch().require(stopped).put(Key.of("k"), Bytes.of("late"));
        assertThat(store.commit(late)).isFalse();
    }

    @Test
    void whoResignsWhileItsQuestionIsUnderWayDoesNotLead() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch resigned = new CountDownLatch(1);
        MetaStore slow =
                new PausedMetaStore(
                        store,
                        () -> {
                            asked.countDown();
                            resigned.await();
                        });
        Candidacy a = new Candidacy(slow, NAME, "a", Duration.ofHours(1), System::nanoTime);
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> attempt = pool.submit(() -> assertThat(a.attempt()).isEmpty());
            asked.await();
            a.resign();
            resigned.countDown();
            attempt.get();
        }
        assertThat(a.leading()).isEmpty();
        assertThat(store.holder(NAME)).isEmpty();
    }

    @Test
    void whoStaysOutGivesTheLeaseBackAndAsksForItNoSoonerThanItSaid() {
        Candidacy a = candidate("a");
        Candidacy b = candidate("b");
        MetaStore.Lease first = a.attempt().orElseThrow();
        a.stayOut(Duration.ofMillis(500));
        assertThat(a.leading()).isEmpty();
        assertThat(store.holder(NAME)).isEmpty();
        millis.addAndGet(400);
        a.stayOut(Duration.ofMillis(50));
        millis.addAndGet(99);
        assertThat(a.attempt()).isEmpty();
        assertThat(store.holder(NAME)).as("nobody took it").isEmpty();
        millis.addAndGet(1);
        assertThat(a.attempt().orElseThrow().token()).isGreaterThan(first.token());
        a.stayOut(Duration.ofMillis(100));
        assertThat(b.attempt()).isPresent();
        millis.addAndGet(100);
        assertThat(a.attempt()).as("another leads").isEmpty();
        assertThat(b.attempt()).isPresent();
    }
}
