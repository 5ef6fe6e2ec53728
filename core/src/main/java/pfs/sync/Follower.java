package pfs.sync;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.repo.Arrivals;
import pfs.repo.Repo;
import pfs.repo.Repos;

/**
 * Keeps a store a copy of another: a thread that waits until something has changed there, and gets
 * it. Thread-safe.
 */
public final class Follower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final Repos repos;
    private final OtherStore master;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile long current;
    private volatile @Nullable String trouble = "not reached yet";

    public Follower(Repos repos, OtherStore master) {
        this.repos = repos;
        this.master = master;
        this.current = System.nanoTime();
        this.thread = new Thread(this::run, "pfs-follower");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** The master's URL. */
    public String master() {
        return master.name();
    }

    /** What keeps it from following; null if nothing does. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** Seconds since this store was surely the same as the master. */
    public double lagSeconds() {
        return trouble == null ? 0 : (System.nanoTime() - current) / 1e9;
    }

    private void run() {
        String seen = "";
        long pause = FIRST_PAUSE_MILLIS;
        while (closing.getCount() > 0) {
            try {
                seen = master.awaitChange(seen);
                pull();
                current = System.nanoTime();
                if (trouble != null) {
                    LOG.info("has everything that {} has", master.name());
                }
                trouble = null;
                pause = FIRST_PAUSE_MILLIS;
            } catch (IOException | RuntimeException e) {
                failed(e);
                if (pause(pause)) {
                    return;
                }
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                seen = "";
            }
        }
    }

    private void failed(Exception e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (closing.getCount() > 0 && !reason.equals(trouble)) {
            LOG.warn("cannot follow {}: {}", master.name(), reason);
        }
        trouble = reason;
    }

    /** True if it is over. */
    private boolean pause(long millis) {
        try {
            return closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private void pull() throws IOException {
        mirror(repos, master, () -> closing.getCount() > 0);
    }

    /**
     * Makes all repos here what they are there.
     *
     * @param on false: it is enough
     */
    public static void mirror(Repos repos, OtherStore master, BooleanSupplier on)
            throws IOException {
        List<String> theirs = master.repos();
        for (String name : theirs) {
            repos.create(name);
            Repo repo = repos.find(name).orElse(null);
            if (repo != null && on.getAsBoolean()) {
                new Pull(repos, repo, master.repo(name)).run(null, "", Arrivals.Mode.MIRROR);
            }
        }
        for (String name : repos.list("", Integer.MAX_VALUE)) {
            if (!theirs.contains(name) && !name.equals(Repos.DEFAULT_REPO)) {
                repos.delete(name);
            }
        }
    }

    /** Ends it; what is on its way is cut off, which does no harm. */
    @Override
    public void close() throws IOException {
        closing.countDown();
        // What it waits for ends with the connections; an interrupt would end the store's files.
        master.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
