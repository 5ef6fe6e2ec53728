package pfs.meta;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Real threads on a real clock. A stalled thread may lose its lease at any moment here, so the
 * tests hold what is true whatever stalls, and wait as long as it takes for what must come.
 */
class ElectionTest {
    private static final Key NAME = Key.of("gc");
    private static final Duration TERM = Duration.ofMillis(90);

    /** What a listener heard. */
    private record Event(String candidate, boolean won, long token) {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private Election stand(MetaStore store, String candidate) {
        return Election.stand(
                store,
                NAME,
                candidate,
                TERM,
                new Election.Listener() {
                    @Override
                    public void won(MetaStore.Lease lease) {
                        events.add(new Event(candidate, true, lease.token()));
                    }

                    @Override
                    public void lost(MetaStore.Lease lease) {
                        events.add(new Event(candidate, false, lease.token()));
                    }
                });
    }

    private Event next(String candidate, boolean won) throws InterruptedException {
        while (true) {
            Event event = events.take();
            if (event.candidate().equals(candidate) && event.won() == won) {
                return event;
            }
        }
    }

    @Test
    void whenTheLeaderGoesTheOtherLeadsWithAGreaterToken() throws Exception {
        MetaStore store = new MemoryMetaStore(InstantSource.system());
        long last = 0;
        try (Election staying = stand(store, "staying")) {
            next("staying", true);
            try (Election going = stand(store, "going")) {
                staying.close();
                last = next("going", true).token();
                assertThat(going.leader().map(MetaStore.Lease::token).orElse(last))
                        .isGreaterThanOrEqualTo(last);
            }
            assertThat(staying.leading()).isEmpty();
        }
        try (Election again = stand(store, "again")) {
            assertThat(next("again", true).token()).isGreaterThan(last);
        }
    }

    @Test
    void aResignedLeaderHearsOfItsLossBeforeCloseReturns() throws Exception {
        MetaStore store = new MemoryMetaStore(InstantSource.system());
        Event won;
        try (Election _ = stand(store, "a")) {
            won = next("a", true);
        }
        assertThat(events.stream().filter(Event::won).count() + 1)
                .isEqualTo(events.stream().filter(event -> !event.won()).count());
        assertThat(won.token()).isPositive();
        assertThat(store.holder(NAME)).isEmpty();
    }

    @Test
    void aLeaderWhoseStoreHangsStopsLeadingBeforeTheStoreAnswers() throws Exception {
        AtomicBoolean hang = new AtomicBoolean();
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        MetaStore store =
                new PausedMetaStore(
                        new MemoryMetaStore(InstantSource.system()),
                        () -> {
                            if (hang.get()) {
                                hanging.countDown();
                                back.await();
                            }
                        });
        try (Election election = stand(store, "a")) {
            next("a", true);
            int leading = 1;
            hang.set(true);
            hanging.await();
            while (leading > 0 || !events.isEmpty()) {
                leading += events.take().won() ? 1 : -1;
            }
            assertThat(election.leading()).isEmpty();
            back.countDown();
            next("a", true);
        }
    }

    @Test
    void aLeaderThatStaysOutLeavesTheLeadToTheOther() throws Exception {
        MetaStore store = new MemoryMetaStore(InstantSource.system());
        try (Election first = stand(store, "first")) {
            long token = next("first", true).token();
            try (Election second = stand(store, "second")) {
                first.stayOut(Duration.ofHours(1));
                assertThat(first.leading()).isEmpty();
                awaitChangeOfLead(token);
            }
            Thread.sleep(4 * TERM.toMillis());
            assertThat(store.holder(NAME)).as("the first is still out").isEmpty();
        }
    }

    /** The first has lost, and the second won; either may be heard first. */
    private void awaitChangeOfLead(long token) throws InterruptedException {
        boolean lost = false;
        boolean won = false;
        while (!lost || !won) {
            Event event = events.take();
            lost |= event.candidate().equals("first") && !event.won() && event.token() >= token;
            won |= event.candidate().equals("second") && event.won() && event.token() > token;
        }
    }

    @Test
    void whoStaysOutStandsAgainWhenNobodyTakesTheLead() throws Exception {
        MetaStore store = new MemoryMetaStore(InstantSource.system());
        try (Election election = stand(store, "a")) {
            long token = next("a", true).token();
            election.stayOut(TERM);
            next("a", false);
            assertThat(next("a", true).token()).isGreaterThan(token);
        }
    }
}
