package pfs.server.shared;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/**
 * The servers of the cluster: each keeps a record of itself under a lease of its own, so that one
 * that is gone is not listed when its term is over. Thread-safe.
 */
final class Members implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    private static final Key ALL = Key.of("member", "");
    private static final int MOST = 1000;

    /** Whoever wants to know the others, as runs do, learns of one that came after so long. */
    private static final long OLD_NANOS = 1_000_000_000L;

    private final MetaStore meta;
    private final Member self;
    private final Duration term;
    private final Supplier<String> role;
    private final AtomicBoolean listing = new AtomicBoolean();
    private volatile List<String> urls = List.of();
    private volatile long listed = System.nanoTime();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Enters this server, and keeps it entered until it is closed.
     *
     * @param term after which one that is silent is not listed any more
     * @param role what it is now
     */
    Members(MetaStore meta, Member self, Duration term, Supplier<String> role) {
        this.meta = meta;
        this.self = self;
        this.term = term;
        this.role = role;
        this.thread = Thread.ofVirtual().name("pfs-member").start(this::run);
    }

    /** Where a member's record is, under a lease of the same name. */
    static Key key(String id) {
        return ALL.append(id);
    }

    private void run() {
        try {
            do {
                enter();
            } while (!closing.await(term.toMillis() / 3, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void enter() {
        try {
            Optional<MetaStore.Lease> lease =
                    meta.lease(key(self.id()), self.id(), term.toMillis());
            double load =
                    Math.max(
                            0, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
            Member now =
                    new Member(
                            self.id(), self.url(), self.version(), self.since(), load, role.get());
            lease.ifPresent(
                    held ->
                            meta.commit(
                                    new Batch().require(held).put(key(self.id()), now.encode())));
            remember(list());
        } catch (PfsException e) {
            LOG.debug("this server is not entered among the members", e);
        }
    }

    /** Where the members but this one are, as they were a moment ago; never waits. */
    List<String> others(String own) {
        if (System.nanoTime() - listed > OLD_NANOS && listing.compareAndSet(false, true)) {
            Thread.ofVirtual().name("pfs-members").start(this::listAgain);
        }
        return urls.stream().filter(url -> !url.equals(own)).toList();
    }

    private void listAgain() {
        try {
            remember(list());
        } catch (PfsException e) {
            LOG.debug("the members are not known anew", e);
        } finally {
            listed = System.nanoTime();
            listing.set(false);
        }
    }

    private void remember(List<Member> members) {
        urls = members.stream().map(Member::url).toList();
        listed = System.nanoTime();
    }

    /** Those whose leases are held, in the order of their ids. Forgets the others. */
    List<Member> list() {
        List<Member> members = new ArrayList<>();
        for (MetaStore.Pair pair : meta.scan(ALL, ALL, MOST)) {
            if (meta.holder(pair.key()).isPresent()) {
                members.add(Member.decode(pair.value().value()));
            } else {
                meta.commit(
                        new Batch().require(pair.key(), pair.value().version()).delete(pair.key()));
            }
        }
        return members;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(Duration.ofSeconds(2));
            meta.holder(key(self.id())).ifPresent(meta::release);
            meta.commit(new Batch().delete(key(self.id())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (PfsException e) {
            LOG.debug("this server stays among the members for a while", e);
        }
    }
}
