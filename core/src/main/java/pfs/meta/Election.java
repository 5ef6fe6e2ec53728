package pfs.meta;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A standing candidacy: of all who stand for a name in one {@link MetaStore}, at most one leads at
 * any time, and while the store answers somebody does. Two virtual threads ask and renew three
 * times a term and tell a {@link Listener} what changed.
 *
 * <pre>{@code
 * Election election = Election.stand(meta, Key.of("elections", "gc"), id, Duration.ofSeconds(9), listener);
 * election.leading().ifPresent(lease -> meta.commit(new Batch().require(lease).put(…)));
 * }</pre>
 *
 * <p>If the leader dies, another leads after at most one term and a third; if it {@link #close
 * resigns}, after at most a third. If the store does not answer, the leader stops leading before
 * its term is over, and nobody leads until the store is back. See {@link Candidacy} for what a
 * leader that was stopped must not rely on. The lease's token is the fencing number: it only grows.
 */
public final class Election implements AutoCloseable {
    /** Is told what changed, by one thread at a time, each win before its loss. */
    public interface Listener {
        /** This candidate leads from now on. */
        void won(MetaStore.Lease lease);

        /**
         * It does not lead any more: resigned, not able to renew in time, or (after it was stopped)
         * overtaken. Others may lead already.
         */
        void lost(MetaStore.Lease lease);
    }

    private static final System.Logger LOG = System.getLogger(Election.class.getName());

    private final Candidacy candidacy;
    private final Listener listener;
    private final Duration pause;
    private final String name;
    private final ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread;
    private final Semaphore woken = new Semaphore(0);
    private MetaStore.@Nullable Lease told;
    private volatile boolean closed;

    private Election(Candidacy candidacy, String name, Duration term, Listener listener) {
        this.candidacy = candidacy;
        this.name = name;
        this.listener = listener;
        this.pause = term.dividedBy(3);
        this.thread = Thread.ofVirtual().name("pfs-election-" + name).unstarted(this::run);
    }

    /**
     * Stands for {@code name} until {@link #close}.
     *
     * @param candidate says who it is, for the others to find; no two processes may share it
     * @param term how long the others wait for a leader that is silent; 3 seconds are a good least
     */
    public static Election stand(
            MetaStore store, Key name, String candidate, Duration term, Listener listener) {
        Candidacy candidacy = new Candidacy(store, name, candidate, term, System::nanoTime);
        Election election = new Election(candidacy, name.text(), term, listener);
        election.thread.start();
        return election;
    }

    /** The lease with its fencing token, while this candidate leads. */
    public Optional<MetaStore.Lease> leading() {
        return candidacy.leading();
    }

    /**
     * Resigns for a while: gives the lease back, and does not ask for it for at least so long.
     * {@link #leading} is empty at once; the listener hears of it soon, and by then another may
     * lead.
     *
     * @throws pfs.error.PfsException ENGINE_UNAVAILABLE: the lease runs out by itself
     */
    public void stayOut(Duration away) {
        try {
            candidacy.stayOut(away);
        } finally {
            woken.release();
        }
    }

    /** Who leads, as the store has it now; empty if nobody does. */
    public Optional<MetaStore.Lease> leader() {
        return candidacy.leader();
    }

    private void run() {
        while (!closed) {
            Future<?> attempt = asking.submit(this::attempt);
            await(attempt);
            tell();
            rest();
        }
    }

    /**
     * Sleeps until the next question is due, or the belief in the lease is over, or it resigned.
     */
    private void rest() {
        long most = pause.toNanos();
        try {
            long nanos = told == null ? most : Math.min(most, candidacy.nanosLeft() + 1);
            if (woken.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                woken.drainPermits();
            }
        } catch (InterruptedException e) {
            // closed: the loop ends
        }
    }

    /** Asks once. What fails is asked again soon, so the log has it only as a detail. */
    private void attempt() {
        try {
            candidacy.attempt();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "the lease " + name + " was not renewed", e);
        }
    }

    /** Waits for an answer; when the term ends before it comes, the loss is told at once. */
    private void await(Future<?> attempt) {
        while (!closed && !attempt.isDone()) {
            try {
                if (told == null) {
                    attempt.get();
                } else {
                    attempt.get(candidacy.nanosLeft() + 1, TimeUnit.NANOSECONDS);
                }
            } catch (TimeoutException e) {
                tell();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void tell() {
        MetaStore.Lease now = closed ? null : candidacy.leading().orElse(null);
        MetaStore.Lease before = told;
        if (before != null && !before.equals(now)) {
            told = null;
            call(() -> listener.lost(before));
        }
        if (now != null && !now.equals(before)) {
            told = now;
            call(() -> listener.won(now));
        }
    }

    private void call(Runnable listening) {
        try {
            listening.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the election of " + name + " was not heard", e);
        }
    }

    /**
     * Resigns: tells the listener of the loss, then gives the lease back. Waits for both, and for a
     * question to the store that is under way.
     */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        join();
        tell();
        try {
            candidacy.resign();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "the lease " + name + " runs out by itself", e);
        }
        asking.close();
    }

    private void join() {
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
