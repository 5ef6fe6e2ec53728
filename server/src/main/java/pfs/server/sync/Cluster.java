package pfs.server.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.MetaStore;
import pfs.repo.Repos;
import pfs.sync.ClusterState;
import pfs.sync.Follower;
import pfs.sync.OtherStore;
import pfs.sync.Position;
import pfs.sync.Replicas;

/**
 * This server among those that hold the same: sends to its replicas while it is the master, follows
 * while it is not, and changes from the one to the other. Thread-safe.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Repos repos;
    private final Plan plan;
    private final ClusterState state;

    @GuardedBy("this")
    private @Nullable Replicas replicas;

    @GuardedBy("this")
    private @Nullable Follower follower;

    @GuardedBy("this")
    private @Nullable Failover failover;

    private final Arriving arriving = new Arriving();

    private volatile @Nullable String self;

    /** What a replica does with writes. */
    public enum Writes {
        FORWARD,
        REDIRECT,
        REFUSE
    }

    /**
     * What the settings ask for.
     *
     * @param replicas URLs to send to
     * @param master the URL to follow; null for none
     * @param token for these servers; null for none
     * @param advertised this server's URL for others; null: the one that it listens to
     * @param failover how masters are elected; null: by nobody, somebody promotes
     */
    public record Plan(
            List<String> replicas,
            int acks,
            Duration patience,
            @Nullable String master,
            Writes writes,
            @Nullable String token,
            @Nullable String advertised,
            @Nullable Elections failover) {
        /** Of a server by itself. */
        public static final Plan NONE =
                new Plan(List.of(), 0, Duration.ZERO, null, Writes.REFUSE, null, null, null);

        public Plan {
            replicas = List.copyOf(replicas);
            if (acks > replicas.size()) {
                throw new IllegalArgumentException(
                        "--replica-acks is "
                                + acks
                                + ", but there are "
                                + replicas.size()
                                + " --replicas");
            }
        }
    }

    /**
     * How the servers of a cluster, each of which names all others as its replicas, find a master.
     *
     * @param coordinator that all of them share; stays the caller's to close
     * @param term how long the others wait for a master that is silent
     */
    public record Elections(MetaStore coordinator, Duration term) {}

    public Cluster(Repos repos, Plan plan) {
        this.repos = repos;
        this.plan = plan;
        this.state = new ClusterState(repos.meta());
        if (plan.failover() == null) {
            state.start(plan.master(), !plan.replicas().isEmpty());
            yieldToNewer();
        } else {
            state.stand(isEmpty());
        }
    }

    /** A master that was away asks its replicas whether one of them has been promoted since. */
    private void yieldToNewer() {
        if (state.state().role() != ClusterState.Role.MASTER) {
            return;
        }
        for (String url : plan.replicas()) {
            try (OtherStore other = HttpStore.master(url, plan.token())) {
                ClusterState.State there = other.state();
                if (there.epoch() > state.state().epoch()) {
                    boolean master = there.role() == ClusterState.Role.MASTER;
                    LOG.warn("{} is in a newer epoch: this server is no master", url);
                    state.yield(there.epoch(), master ? url : there.master());
                }
            } catch (IOException | PfsException e) {
                LOG.info("{} does not answer yet: {}", url, e.getMessage());
            }
        }
    }

    /**
     * Begins to send or to follow.
     *
     * @param url this server's own
     */
    public synchronized void begin(String url) {
        String own = plan.advertised() == null ? url : plan.advertised();
        self = own;
        Elections elections = plan.failover();
        if (elections != null && failover == null) {
            failover = new Failover(this, elections.coordinator(), elections.term(), own);
            failover.stand();
        }
        switch (state.state().role()) {
            case SINGLE, FENCED -> {}
            case MASTER -> sendToReplicas();
            case REPLICA -> follow();
        }
    }

    @GuardedBy("this")
    private void sendToReplicas() {
        List<OtherStore> others = new ArrayList<>();
        for (String url : plan.replicas()) {
            others.add(
                    HttpStore.replica(
                            url,
                            plan.token(),
                            state.state().epoch(),
                            self,
                            plan.failover() != null));
        }
        Replicas started = new Replicas(repos, others, plan.acks(), plan.patience());
        replicas = started;
        repos.changes()
                .listen(
                        (repo, branch) -> {
                            try {
                                started.changed(repo, branch);
                            } finally {
                                if (started.fenced()) {
                                    fence();
                                }
                            }
                        });
    }

    private void fence() {
        ClusterState.State before = state.state();
        yieldToNewer();
        if (!state.state().equals(before)) {
            Thread.ofPlatform().daemon().name("pfs-yield").start(this::turn);
        }
    }

    /** Goes over to what the state says. */
    private void turn() {
        try {
            turnTo();
        } catch (IOException e) {
            LOG.warn("a connection did not close: {}", e.getMessage());
        }
    }

    private synchronized void turnTo() throws IOException {
        repos.changes().listen((_, _) -> {});
        if (replicas != null) {
            replicas.close();
            replicas = null;
        }
        if (follower != null) {
            follower.close();
            follower = null;
        }
        if (self != null) {
            begin(self);
        }
    }

    @GuardedBy("this")
    private void follow() {
        String master = state.state().master();
        if (master != null && plan.failover() == null) {
            follower = new Follower(repos, HttpStore.master(master, plan.token()));
        }
    }

    /** What this server is now. */
    public ClusterState.State state() {
        return state.state();
    }

    Writes writes() {
        return plan.writes();
    }

    @Nullable String token() {
        return plan.token();
    }

    /** Makes this server the master; returns when it takes writes. */
    ClusterState.State promote() throws IOException {
        if (plan.failover() != null) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "masters are elected here (--coordinator): stop the master, and another is");
        }
        ClusterState.State before = state.state();
        ClusterState.State after = state.promote(plan.master());
        if (!after.equals(before)) {
            LOG.info("promoted: master of epoch {}", after.epoch());
            turnTo();
        }
        return after;
    }

    /** How far this copy is. */
    Position position() {
        return state.position();
    }

    Arriving arriving() {
        return arriving;
    }

    /** Notes how far this copy is: NOT_MASTER if there is a newer master. */
    void settled(long epoch, long ticket) {
        state.settle(epoch, ticket);
    }

    /**
     * Becomes the master, after an election, if it is not.
     *
     * @param token the lease's
     * @param on false when the lease is lost
     * @throws PfsException if too few of the others answer, or one refuses
     */
    void takeOver(long token, BooleanSupplier on) throws IOException {
        String url = Objects.requireNonNull(self);
        if (state.state().role() == ClusterState.Role.MASTER) {
            return;
        }
        long epoch = new Takeover(repos, plan, state, url).run(token, arriving, on);
        synchronized (this) {
            if (on.getAsBoolean() && state.lead(epoch)) {
                LOG.info("elected: master of epoch {}", epoch);
                turnTo();
            }
        }
    }

    /** Takes no writes any more. */
    void stepDown() {
        state.stepDown();
        turn();
    }

    /** Lets a master in that sends what it has: NOT_MASTER if it is none, or not this server's. */
    void admit(long epoch, @Nullable String master) throws IOException {
        ClusterState.State before = state.state();
        if (before.epoch() == epoch
                && before.role() == ClusterState.Role.REPLICA
                && (master == null || master.equals(before.master()))) {
            return;
        }
        state.admit(epoch, master, isEmpty());
        arriving.awaitOlder(epoch);
        if (state.state().role() != before.role()) {
            LOG.info("a replica of {} from now on", master);
            turnTo();
        }
    }

    private boolean isEmpty() {
        return repos.list("", 2).size() == 1 && hasNothing();
    }

    private boolean hasNothing() {
        return repos.find(Repos.DEFAULT_REPO)
                .map(
                        repo ->
                                repo.branches("", 2).size() == 1
                                        && repo.head("master").isEmpty()
                                        && repo.snapshot("master").root().files() == 0)
                .orElse(false);
    }

    /** How each replica does; empty while this server is none's master. */
    public synchronized List<Replicas.Status> replicas() {
        return replicas == null ? List.of() : replicas.status();
    }

    /** How following goes; empty while this server follows none. */
    public synchronized Optional<Replicas.Status> following() {
        Follower now = follower;
        return now == null
                ? Optional.empty()
                : Optional.of(new Replicas.Status(now.master(), now.lagSeconds(), now.trouble()));
    }

    @Override
    public void close() throws IOException {
        Failover standing;
        synchronized (this) {
            standing = failover;
        }
        // Outside of the lock: a takeover that is under way needs it.
        if (standing != null) {
            standing.close();
        }
        end();
    }

    private synchronized void end() throws IOException {
        repos.changes().release();
        repos.changes().listen((_, _) -> {});
        if (replicas != null) {
            replicas.close();
        }
        if (follower != null) {
            follower.close();
        }
    }
}
