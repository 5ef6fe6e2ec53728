package pfs.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Changes;
import pfs.repo.Repos;

/**
 * The replicas of a master: every change goes to each of them, and a commit is answered when as
 * many as are wanted have it. Thread-safe.
 */
public final class Replicas implements Changes.Listener, AutoCloseable {
    private final List<Replica> replicas = new ArrayList<>();
    private final int acks;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();

    @GuardedBy("lock")
    private long tickets;

    @GuardedBy("lock")
    private boolean closed;

    /**
     * How one of them does.
     *
     * @param lagSeconds since the oldest change that it has not
     * @param trouble why it has not everything; null if it has
     */
    public record Status(String name, double lagSeconds, @Nullable String trouble) {}

    /**
     * Starts to send.
     *
     * @param acks replicas that must have a commit before it is answered
     * @param patience how long that may take; then it is refused with NOT_REPLICATED
     */
    public Replicas(Repos repos, List<OtherStore> others, int acks, Duration patience) {
        this.acks = acks;
        this.patience = patience;
        for (OtherStore other : others) {
            replicas.add(new Replica(repos, other, this::progressed));
        }
        replicas.forEach(Replica::start);
    }

    private void progressed() {
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How each does. */
    public List<Status> status() {
        return replicas.stream()
                .map(r -> new Status(r.name(), r.lagSeconds(), r.trouble()))
                .toList();
    }

    /** True if one of them has told of a newer master. */
    public boolean fenced() {
        return replicas.stream().anyMatch(Replica::fenced);
    }

    /**
     * Sends the change, and waits for the replicas if it is a branch's.
     *
     * @throws PfsException NOT_REPLICATED if too few have it in time, or before this is closed: it
     *     is made here, and they will have it later; NOT_MASTER
     */
    @Override
    public void changed(long repo, @Nullable String branch) {
        lock.lock();
        try {
            long ticket = ++tickets;
            replicas.forEach(r -> r.changed(ticket, repo, branch == null ? "" : branch));
            if (branch != null && acks > 0) {
                await(ticket);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw late(0);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void await(long ticket) throws InterruptedException {
        long left = patience.toNanos();
        while (true) {
            long have = replicas.stream().filter(r -> r.done() >= ticket).count();
            if (have >= acks) {
                return;
            }
            for (Replica replica : replicas) {
                if (replica.fenced()) {
                    throw new PfsException(
                            ErrorCode.NOT_MASTER,
                            "the commit is here and nowhere else, since a replica refused it: "
                                    + replica.trouble());
                }
            }
            if (closed) {
                throw new PfsException(
                        ErrorCode.NOT_REPLICATED,
                        "the commit is made here, but this server stopped sending to its replicas"
                                + " before enough of them had it; commit again");
            }
            if (left <= 0) {
                throw late(have);
            }
            left = progress.awaitNanos(left);
        }
    }

    private PfsException late(long have) {
        return new PfsException(
                ErrorCode.NOT_REPLICATED,
                "the commit is made, but "
                        + have
                        + " of the "
                        + acks
                        + " replicas that it waits for have it after "
                        + patience.toSeconds()
                        + " s; commit again to wait again");
    }

    /** Ends the waiting too: whoever is the master next is asked by those who waited. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
        for (Replica replica : replicas) {
            replica.close();
        }
    }
}
