package pfs.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Repo;
import pfs.repo.Repos;

/**
 * One replica, as its master sees it: a thread that sends it what has changed, and tries again for
 * as long as it takes. What changed while one round was on its way goes with the next, so many
 * commits share a round. Thread-safe.
 */
final class Replica implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** Changed branches of a repo from which on all of its refs are compared instead. */
    private static final int MANY = 1_000;

    private final Repos repos;
    private final OtherStore other;
    private final Runnable progress;
    private final Thread thread;

    /** Heads that the replica has, by repo and branch, as far as this thread has set them. */
    private final Map<String, ObjectId> heads = new HashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();

    /** Changed branches by repo; an empty name stands for all that the repo has. */
    @GuardedBy("lock")
    private Map<Long, Set<String>> dirty = new HashMap<>();

    /** All repos are to be compared. */
    @GuardedBy("lock")
    private boolean all = true;

    @GuardedBy("lock")
    private long told;

    /** When the oldest change that is not there yet was told, in ns; 0 for none. */
    @GuardedBy("lock")
    private long oldest = System.nanoTime();

    @GuardedBy("lock")
    private boolean closed;

    private volatile long done = -1;
    private volatile @Nullable String trouble = "not reached yet";
    private volatile boolean fenced;

    /**
     * @param progress run after each round, whether it went well or not
     */
    Replica(Repos repos, OtherStore other, Runnable progress) {
        this.repos = repos;
        this.other = other;
        this.progress = progress;
        this.thread = new Thread(this::run, "pfs-replica");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    String name() {
        return other.name();
    }

    /** Notes a change, by its ticket: each is one more than the one before. */
    void changed(long ticket, long repo, String branch) {
        lock.lock();
        try {
            Set<String> names = dirty.computeIfAbsent(repo, _ -> new HashSet<>());
            names.add(names.size() < MANY ? branch : "");
            told = Math.max(told, ticket);
            if (oldest == 0) {
                oldest = System.nanoTime();
            }
            wake.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The ticket up to which the replica has everything; -1 at first. */
    long done() {
        return done;
    }

    /** True if it has told us of a newer master. */
    boolean fenced() {
        return fenced;
    }

    /** What keeps it from having everything; null if nothing does. */
    @Nullable String trouble() {
        return trouble;
    }

    /** Seconds since the oldest change that it has not. */
    double lagSeconds() {
        lock.lock();
        try {
            return oldest == 0 ? 0 : (System.nanoTime() - oldest) / 1e9;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (awaitWork()) {
                Round round = take();
                try {
                    send(round);
                    other.settled(round.upTo);
                    finished(round);
                    pause = FIRST_PAUSE_MILLIS;
                } catch (IOException | RuntimeException e) {
                    failed(e);
                    pause(pause);
                    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                }
                progress.run();
            }
        } catch (InterruptedException e) {
            LOG.debug("the replica's thread was told to end", e);
        }
    }

    /** What one round sends, and the time of the oldest change in it. */
    private record Round(boolean all, Map<Long, Set<String>> dirty, long upTo, long begun) {}

    private boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && !all && dirty.isEmpty()) {
                wake.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private Round take() {
        lock.lock();
        try {
            Round round = new Round(all, dirty, told, System.nanoTime());
            all = false;
            dirty = new HashMap<>();
            return round;
        } finally {
            lock.unlock();
        }
    }

    private void finished(Round round) {
        lock.lock();
        try {
            oldest = all || !dirty.isEmpty() ? round.begun : 0;
        } finally {
            lock.unlock();
        }
        if (trouble != null) {
            LOG.info("replica {} has everything", name());
        }
        trouble = null;
        fenced = false;
        done = round.upTo;
    }

    private void failed(Exception e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (!reason.equals(trouble)) {
            LOG.warn("replica {}: {}", name(), reason);
        }
        trouble = reason;
        fenced = e instanceof PfsException refused && refused.code() == ErrorCode.NOT_MASTER;
        heads.clear();
        lock.lock();
        try {
            all = true;
        } finally {
            lock.unlock();
        }
    }

    private void pause(long millis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!closed && left > 0) {
                left = wake.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void send(Round round) throws IOException {
        if (round.all) {
            sendAll();
            return;
        }
        for (Map.Entry<Long, Set<String>> entry : round.dirty.entrySet()) {
            Repo repo = repos.byNumber(entry.getKey()).orElse(null);
            if (repo == null || entry.getValue().contains("")) {
                // A repo came or went, or something else than a branch did.
                sendAll();
                return;
            }
            branches(repo, entry.getValue());
        }
    }

    /** Makes all repos there what they are here. */
    private void sendAll() throws IOException {
        List<String> mine = repos.list("", Integer.MAX_VALUE);
        for (String name : mine) {
            other.createRepo(name);
            Repo repo = repos.find(name).orElse(null);
            if (repo != null) {
                new Push(repos, repo, other.repo(name)).run(null, Arrivals.Mode.MIRROR);
            }
        }
        for (String name : other.repos()) {
            if (!mine.contains(name)) {
                other.deleteRepo(name);
            }
        }
        heads.clear();
    }

    private void branches(Repo repo, Set<String> names) throws IOException {
        List<Ref> moves = new ArrayList<>();
        Set<ObjectId> known = new HashSet<>();
        Arrivals door = repo.arrivals();
        for (String name : names) {
            ObjectId head = door.head(name).orElse(null);
            ObjectId before = heads.get(repo.name() + "\n" + name);
            if (before != null) {
                known.add(before);
            }
            if (head != null && (before == null || !head.equals(before))) {
                moves.add(new Ref(Ref.Kind.BRANCH, name, head));
            }
        }
        Push push = new Push(repos, repo, other.repo(repo.name()));
        if (known.size() < moves.size()) {
            push.run(null, Arrivals.Mode.MIRROR);
        } else {
            push.run(moves, known, Arrivals.Mode.MIRROR);
        }
        if (heads.size() > 10 * MANY) {
            heads.clear();
        }
        for (Ref ref : moves) {
            if (ref.commit() != null) {
                heads.put(repo.name() + "\n" + ref.name(), ref.commit());
            }
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
        // What it waits for ends with the connections; an interrupt would end the store's files.
        other.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
