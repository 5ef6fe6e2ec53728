package pfs.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.MemoryStore;

/** A master's replicas that do not answer. */
class ReplicasTest {
    /** Says when it is asked, and answers no more than a server that hangs, until it is closed. */
    private static final class Silent implements OtherStore {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        private <T> T silence() throws IOException {
            asked.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("closed");
        }

        @Override
        public String name() {
            return "silent";
        }

        @Override
        public List<String> repos() throws IOException {
            return silence();
        }

        @Override
        public void createRepo(String repo) throws IOException {
            silence();
        }

        @Override
        public void deleteRepo(String repo) throws IOException {
            silence();
        }

        @Override
        public Peer repo(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String awaitChange(String seen) throws IOException {
            return silence();
        }

        @Override
        public ClusterState.State state() throws IOException {
            return silence();
        }

        @Override
        public void settled(long ticket) throws IOException {
            silence();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    /** A master that is none any more answers at once, so that its clients ask the next one. */
    @Test
    void whoWaitsForReplicasIsToldWhenNothingIsSentAnyMore() throws Exception {
        Silent silent = new Silent();
        try (MemoryStore store = new MemoryStore()) {
            Replicas replicas =
                    new Replicas(store.repos(), List.of(silent), 1, Duration.ofMinutes(10));
            CompletableFuture<Void> commit = new CompletableFuture<>();
            Thread waiter =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            replicas.changed(0, "master");
                                            commit.complete(null);
                                        } catch (PfsException e) {
                                            commit.completeExceptionally(e);
                                        }
                                    });
            silent.asked.await();
            replicas.close();
            assertThatThrownBy(() -> commit.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_REPLICATED));
            waiter.join();
        }
    }

    @Test
    void whoWaitsTooLongIsToldSo() throws IOException {
        try (MemoryStore store = new MemoryStore();
                Replicas replicas =
                        new Replicas(store.repos(), List.of(new Silent()), 1, Duration.ZERO)) {
            assertThatThrownBy(() -> replicas.changed(0, "master"))
                    .isInstanceOf(PfsException.class)
                    .hasMessageContaining("after 0 s");
        }
    }
}
