package pfs.server.shared;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.meta.Election;
import pfs.shared.SharedHome;

/**
 * Has a server that hears nothing from the object store give the lease of the cluster to one that
 * does. A leader that has nothing to ask asks for something small all the time, so that it knows
 * before a write comes; who resigned stays out of the election for a term, and then until the store
 * answers: to lead would be of no use, and would end its reads of commits. Where the store is away
 * for all, the lease goes round once, and the first who hears from the store again takes it. Who is
 * alone keeps the lease: what waits for the store is then answered late, and not refused.
 */
final class StoreWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);

    /**
     * How long the store may be silent. More than one attempt of a call takes (5 s), so that one
     * lost connection is nothing; with a term's third until another has the lease (2 s), and what
     * its opening takes, less than the 15 s in which service is to be back.
     */
    static final Duration PATIENCE = Duration.ofSeconds(6);

    private static final Duration ASK_AFTER = Duration.ofSeconds(1);
    private static final Duration STILL_OUT = Duration.ofSeconds(1);
    private static final long LOOK_MILLIS = 100;

    private final SharedHome home;
    private final Election election;
    private final Duration term;
    private final BooleanSupplier alone;
    private final AtomicBoolean asking = new AtomicBoolean();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param term how long it leaves the lease to the others at least
     * @param alone whether there is nobody who could lead in its place
     */
    StoreWatch(SharedHome home, Election election, Duration term, BooleanSupplier alone) {
        this.home = home;
        this.election = election;
        this.term = term;
        this.alone = alone;
        this.thread = Thread.ofVirtual().name("pfs-store-watch").start(this::run);
    }

    private void run() {
        try {
            while (!closing.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the store has answered nothing for too long. */
    boolean silent() {
        return home.silence().compareTo(PATIENCE) > 0;
    }

    private void look() {
        Duration silence = home.silence();
        boolean leads = election.leading().isPresent();
        if ((leads || silence.isPositive()) && home.unheard().compareTo(ASK_AFTER) > 0) {
            ask();
        }
        if (!silent() || alone.getAsBoolean()) {
            return;
        }
        if (leads) {
            LOG.warn(
                    "resigns: the object store has answered nothing for {} ms", silence.toMillis());
        }
        try {
            election.stayOut(leads ? term : STILL_OUT);
        } catch (PfsException e) {
            LOG.debug("the lease runs out by itself", e);
        }
        home.leaveOff();
    }

    /** Asks the store, unless it owes an answer to the last question. */
    private void ask() {
        if (asking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("pfs-store-asked").start(this::askAndWait);
        }
    }

    private void askAndWait() {
        try {
            home.ask();
        } catch (IOException | RuntimeException e) {
            LOG.debug("the object store does not answer", e);
            pause();
        } finally {
            asking.set(false);
        }
    }

    /** A store that fails at once is not asked all the time. */
    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(ASK_AFTER.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
