package pfs.server.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Repos;
import pfs.sync.ClusterState;
import pfs.sync.Follower;
import pfs.sync.Position;

/**
 * What the winner of an election does before it takes writes: it has enough of the others promise
 * to follow no older master, and brings over what the newest of them has. An acknowledged commit is
 * on its master and {@code acks} others; who has asked all but {@code acks} of the servers, itself
 * among them, has asked one of those. For one use.
 */
final class Takeover {
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
    private static final long ANSWER_SECONDS = 2;

    private final Repos repos;
    private final Cluster.Plan plan;
    private final ClusterState state;
    private final String self;

    Takeover(Repos repos, Cluster.Plan plan, ClusterState state, String self) {
        this.repos = repos;
        this.plan = plan;
        this.state = state;
        this.self = self;
    }

    /** Servers that must have promised, this one among them. */
    private int needed() {
        return plan.acks() == 0 ? 1 : plan.replicas().size() + 1 - plan.acks();
    }

    /**
     * The epoch in which this server may be the master, with all that was acknowledged.
     *
     * @param token of the lease
     * @throws PfsException PEER_FAILED if too few answer; NOT_MASTER if one of them refuses
     */
    long run(long token, Arriving arriving, BooleanSupplier on) throws IOException {
        long newest = state.state().epoch();
        for (long epoch : epochs().values()) {
            newest = Math.max(newest, epoch);
        }
        long epoch = Math.max(token, newest + 1);
        state.promise(epoch);
        arriving.awaitOlder(epoch);
        Map<String, Position> promised = promises(epoch);
        if (promised.size() + 1 < needed()) {
            throw new PfsException(
                    ErrorCode.PEER_FAILED,
                    promised.size()
                            + " of the other servers answer, but "
                            + (needed() - 1)
                            + " must, so that no acknowledged commit is lost");
        }
        Map.Entry<String, Position> best =
                promised.entrySet().stream().max(Map.Entry.comparingByValue()).orElse(null);
        if (best != null && best.getValue().compareTo(state.position()) > 0) {
            LOG.info("{} is newer, at {}: brings that over first", best.getKey(), best.getValue());
            try (HttpStore store = HttpStore.master(best.getKey(), plan.token())) {
                Follower.mirror(repos, store, on);
            }
        }
        return epoch;
    }

    /** The epochs that the others know; who does not answer is left out. */
    private Map<String, Long> epochs() {
        return ask(
                url -> {
                    try (HttpStore store = HttpStore.master(url, plan.token())) {
                        return store.state().epoch();
                    }
                });
    }

    private Map<String, Position> promises(long epoch) {
        return ask(
                url -> {
                    try (HttpStore store =
                            HttpStore.replica(url, plan.token(), epoch, self, true)) {
                        return store.position();
                    }
                });
    }

    /** A question to one server. */
    private interface Question<T> {
        T ask(String url) throws IOException;
    }

    /** Asks all others at once; who is late is left out. NOT_MASTER if one refuses. */
    private <T> Map<String, T> ask(Question<T> question) {
        Map<String, T> answers = new HashMap<>();
        List<String> urls = plan.replicas();
        ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
        List<Future<T>> futures = new ArrayList<>();
        urls.forEach(url -> futures.add(asking.submit(() -> question.ask(url))));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        for (int i = 0; i < urls.size(); i++) {
            try {
                long left = Math.max(0, end - System.nanoTime());
                answers.put(urls.get(i), futures.get(i).get(left, TimeUnit.NANOSECONDS));
            } catch (ExecutionException e) {
                if (e.getCause() instanceof PfsException refused
                        && refused.code() == ErrorCode.NOT_MASTER) {
                    throw new PfsException(
                            ErrorCode.NOT_MASTER, String.valueOf(refused.getMessage()), null, e);
                }
                LOG.info("{} does not answer: {}", urls.get(i), e.getMessage());
            } catch (TimeoutException e) {
                LOG.info("{} does not answer in time", urls.get(i));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        // Whoever is late is not waited for.
        asking.shutdownNow();
        return answers;
    }
}
