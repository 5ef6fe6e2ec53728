package pfs.server.shared;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.api.Version;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.meta.Election;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.repo.Repos;
import pfs.repo.Settings;
import pfs.server.auth.Guard;
import pfs.server.http.Route;
import pfs.server.http.RouteTable;
import pfs.server.start.Additions;
import pfs.server.start.Contents;
import pfs.server.start.Front;
import pfs.server.start.Opened;
import pfs.server.start.Running;
import pfs.server.start.Serving;
import pfs.shared.SharedHome;
import pfs.shared.SharedStore;

/**
 * One server of a cluster over shared stores. It stands for the cluster's lease: while it has it,
 * it has the store open and answers; while another has it, requests are passed on to that one. One
 * that led and does not hear from the metadata store, or has resigned since it did not hear from
 * the object store, still reads commits, which never change, until another leads.
 */
public final class SharedServer implements Running {
    private static final Logger LOG = LoggerFactory.getLogger(SharedServer.class);
    static final Key LEADER = Key.of("leader");
    private static final long LOOK_MILLIS = 100;
    private static final long AFTER_FAILURE_MILLIS = 500;

    private final Plan plan;
    private final pfs.server.start.Settings settings;
    private final InstantSource clock;
    private final Runtime runtime;
    private final Contents contents;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Turn turn;
    private final Front front;
    private final Members members;
    private final RemoteWorkers others;
    private final Leader leader;
    private final Election election;
    private final StoreWatch watch;
    private final Thread thread;
    private volatile @Nullable Leading leading;

    /**
     * What a server of a cluster is made of.
     *
     * @param meta shared by all; closed with the server
     * @param home this server's own; closed with the server
     * @param id of this start of it, which no other server has
     * @param advertised where the others reach it; null: where it listens
     * @param token for the other servers; null for none
     * @param term how long the others wait for a leader that is silent
     */
    public record Plan(
            MetaStore meta,
            SharedHome home,
            String id,
            @Nullable String advertised,
            @Nullable String token,
            Duration term) {}

    private SharedServer(
            Plan plan,
            pfs.server.start.Settings settings,
            InstantSource clock,
            Runtime runtime,
            Contents contents)
            throws IOException {
        this.runtime = runtime;
        this.plan = plan;
        this.settings = settings;
        this.clock = clock;
        this.contents = contents;
        this.leader = new Leader(() -> plan.meta().holder(LEADER));
        this.turn = new Turn(new PassOn(leader, plan.term().plusSeconds(5)));
        Guard guard = new Guard(settings.tokens(), settings.listen().loopback());
        StartedWorkers started = new StartedWorkers(turn, guard, plan.home()::read);
        this.front = Front.open(settings, started);
        String url = plan.advertised() == null ? front.url() : plan.advertised();
        Member self = new Member(plan.id(), url, Version.current(), clock.millis(), 0, "follower");
        this.members = new Members(plan.meta(), self, plan.term(), this::role);
        List<Route> own = new ArrayList<>(MemberRoutes.around(members, leader::url));
        own.addAll(MemberRoutes.cluster(members, leader::url));
        own.addAll(WorkerRoutes.of(runtime, started, plan.id().substring(0, 6)));
        this.others = new RemoteWorkers(url, () -> members.others(url), plan.token());
        turn.follow(own, settings);
        this.election =
                Election.stand(plan.meta(), LEADER, url + " " + plan.id(), plan.term(), new Told());
        this.watch =
                new StoreWatch(
                        plan.home(), election, plan.term(), () -> members.others(url).isEmpty());
        this.thread = Thread.ofPlatform().name("pfs-role").start(this::run);
    }

    /**
     * Starts to serve.
     *
     * @param runtime where this server's workers run, for whichever server leads; closed with it
     * @param contents opens what is served beside the repos, each time that this server leads
     */
    public static SharedServer start(
            Plan plan,
            pfs.server.start.Settings settings,
            InstantSource clock,
            Runtime runtime,
            Contents contents)
            throws IOException {
        return new SharedServer(plan, settings, clock, runtime, contents);
    }

    /** Wakes the thread that changes the role: the election's own must not wait for it. */
    private final class Told implements Election.Listener {
        @Override
        public void won(MetaStore.Lease lease) {
            LOG.info("elected to lead the cluster, by token {}", lease.token());
        }

        @Override
        public void lost(MetaStore.Lease lease) {
            LOG.info("leads no more by token {}", lease.token());
        }
    }

    /**
     * The store as it is open for one lease.
     *
     * @param lease under which it was opened
     */
    private record Leading(
            MetaStore.Lease lease, SharedStore store, Opened opened, Serving serving) {
        /** Waits for what is under way. */
        void close() {
            opened.close();
            serving.close();
            try {
                store.close();
            } catch (IOException | RuntimeException e) {
                LOG.warn("the store did not close well: {}", e.getMessage());
            }
        }
    }

    private String role() {
        return leading != null && election.leading().isPresent() ? "leader" : "follower";
    }

    private void run() {
        try {
            long pause = 0;
            while (!closing.await(pause, TimeUnit.MILLISECONDS)) {
                pause = look() ? LOOK_MILLIS : AFTER_FAILURE_MILLIS;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes the role what the lease says; false if that failed, and is to be tried again. */
    private boolean look() {
        try {
            Optional<MetaStore.Lease> lease = election.leading();
            Leading now = leading;
            if (lease.isPresent()) {
                if (now == null || !now.lease.equals(lease.get()) || now.store.stopped()) {
                    stop(now);
                    lead(lease.get());
                }
            } else if (now != null && anotherLeads(now)) {
                stop(now);
            }
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("cannot take the role that the cluster has for this server: {}", e.toString());
            return false;
        }
    }

    /**
     * Whether another is to be asked. While the object store is silent one may have the lease that
     * cannot open the store either: until it has, this one goes on to read commits.
     */
    private boolean anotherLeads(Leading now) {
        try {
            return plan.meta()
                    .holder(LEADER)
                    .filter(lease -> !lease.equals(now.lease))
                    .filter(lease -> !watch.silent() || hasOpened(lease))
                    .isPresent();
        } catch (PfsException e) {
            return false;
        }
    }

    private boolean hasOpened(MetaStore.Lease other) {
        String id = other.holder().split(" ", 2)[1];
        return plan.meta()
                .get(Members.key(id))
                .map(record -> Member.decode(record.value()).role().equals("leader"))
                .orElse(false);
    }

    private void stop(@Nullable Leading now) {
        if (now != null) {
            turn.follow();
            leading = null;
            now.close();
        }
    }

    private void lead(MetaStore.Lease lease) throws IOException {
        long begun = System.nanoTime();
        SharedStore store = plan.home().lead(plan.meta(), lease, clock, Settings.standard());
        boolean opened = false;
        try {
            Opened more = contents.open(store.repos(), others);
            Serving serving = new Serving(store.repos(), settings, clock, additions(more));
            Leading next = new Leading(lease, store, more, serving);
            leading = next;
            turn.lead(serving, store.repos(), () -> election.leading().equals(Optional.of(lease)));
            opened = true;
        } finally {
            if (!opened) {
                store.close();
            }
        }
        LOG.info("leads the cluster, after {} ms", (System.nanoTime() - begun) / 1_000_000);
    }

    private Additions additions(Opened more) {
        Additions given = more.additions();
        List<Route> routes = new ArrayList<>(given.routes());
        routes.addAll(MemberRoutes.cluster(members, leader::url));
        return new Additions(routes, given.afterCommit(), given.figures(), given.cluster());
    }

    @Override
    public String url() {
        return front.url();
    }

    /** Where it listens. */
    public int port() {
        return front.port();
    }

    /** True while it answers itself. */
    public boolean leads() {
        return role().equals("leader");
    }

    /** The repos, while this server has them open; null if not. */
    public @Nullable Repos repos() {
        Leading now = leading;
        return now == null ? null : now.store.repos();
    }

    /** The routes, while this server leads. */
    public RouteTable routes() {
        Leading now = leading;
        if (now == null) {
            throw new IllegalStateException("this server does not lead");
        }
        return now.serving.routes();
    }

    /** Finishes what is in flight, and gives the lease back so that the others need not wait. */
    @Override
    public synchronized void close() throws IOException {
        if (closing.getCount() == 0) {
            return;
        }
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        front.close();
        watch.close();
        stop(leading);
        election.close();
        members.close();
        leader.close();
        runtime.close();
        plan.home().close();
        plan.meta().close();
    }
}
