package pfs.server.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.meta.Election;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/**
 * Makes the server of a cluster that wins an election its master, and one that loses it a copy. Who
 * has won, but cannot take over, gives way after a while. Thread-safe.
 */
final class Failover implements Election.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Failover.class);
    private static final Key NAME = Key.of("elections", "master");
    private static final long PAUSE_MILLIS = 100;

    private final Cluster cluster;
    private final MetaStore coordinator;
    private final Duration term;
    private final String candidate;
    private final CountDownLatch closing = new CountDownLatch(1);

    @GuardedBy("this")
    private @Nullable Election election;

    private volatile MetaStore.@Nullable Lease leading;

    /**
     * @param coordinator stays the caller's to close
     * @param term how long the others wait for a master that is silent
     * @param url this server's own
     */
    Failover(Cluster cluster, MetaStore coordinator, Duration term, String url) {
        this.cluster = cluster;
        this.coordinator = coordinator;
        this.term = term;
        // Another one after each start: what the process before held is not this one's.
        this.candidate = url + "#" + Long.toHexString(new SplittableRandom().nextLong());
    }

    synchronized void stand() {
        if (closing.getCount() > 0) {
            election = Election.stand(coordinator, NAME, candidate, term, this);
        }
    }

    @Override
    public void won(MetaStore.Lease lease) {
        leading = lease;
        // The election's thread renews the lease; it must not wait for the others.
        Thread.ofPlatform().daemon().name("pfs-takeover").start(() -> keep(lease));
    }

    @Override
    public void lost(MetaStore.Lease lease) {
        leading = null;
        LOG.warn("the lease of the master is lost: this server takes no writes");
        Thread.ofPlatform().daemon().name("pfs-stepdown").start(cluster::stepDown);
    }

    private boolean holds(MetaStore.Lease lease) {
        return lease.equals(leading) && closing.getCount() > 0;
    }

    /** While the lease is held: becomes the master, and does so again if others saw it fail. */
    private void keep(MetaStore.Lease lease) {
        long failing = 0;
        while (holds(lease)) {
            try {
                cluster.takeOver(lease.token(), () -> holds(lease));
                failing = 0;
            } catch (IOException | PfsException e) {
                long now = System.nanoTime();
                failing = failing == 0 ? now : failing;
                if (now - failing > term.toNanos()) {
                    LOG.warn("elected, but cannot be the master: {}", e.getMessage());
                    giveWay();
                    return;
                }
            }
            pause(PAUSE_MILLIS);
        }
    }

    /** Another one may be able to; if there is none, it is this one's turn again soon. */
    private void giveWay() {
        Election before;
        synchronized (this) {
            before = election;
            election = null;
        }
        if (before != null) {
            before.close();
        }
        if (!pause(term.toMillis() / 2 + new SplittableRandom().nextLong(term.toMillis()))) {
            stand();
        }
    }

    /** True if it is over. */
    private boolean pause(long millis) {
        try {
            return closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** Gives the lease back, so that another one leads at once. */
    @Override
    public void close() {
        closing.countDown();
        Election last;
        synchronized (this) {
            last = election;
            election = null;
        }
        if (last != null) {
            last.close();
        }
    }
}
