package pfs.jobs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;
import pfs.jobs.spec.Input;
import pfs.jobs.spec.Trigger;
import pfs.jobs.store.Job;
import pfs.jobs.store.JobStore;
import pfs.jobs.workspace.Workspace;
import pfs.repo.Commit;

/**
 * Runs jobs with {@code trigger: commit} once for each commit that their input branch gets. It
 * looks when it is woken, and twice a second by itself, so that no way to commit goes unseen.
 * Thread-safe.
 */
final class Triggers implements AutoCloseable {
    private static final long LOOK_MILLIS = 500;
    private static final int MOST_BEHIND = 1_000;

    private final Workspace workspace;
    private final JobStore store;
    private final Starter starter;
    private final Semaphore wake = new Semaphore(0);
    private final Set<String> busy = new HashSet<>();
    private volatile List<Job> jobs = List.of();
    private @Nullable Thread thread;

    /** Starts a run and waits for its end. */
    interface Starter {
        void run(Job job, String commit) throws InterruptedException;
    }

    Triggers(Workspace workspace, JobStore store, Starter starter) {
        this.workspace = workspace;
        this.store = store;
        this.starter = starter;
    }

    void start() {
        refresh();
        thread = Thread.ofVirtual().name("triggers").start(this::watch);
    }

    void refresh() {
        jobs = store.listAll().stream().filter(j -> j.spec().trigger() == Trigger.COMMIT).toList();
    }

    /** A job was put: commits from now on count. */
    void changed(Job job) {
        if (job.spec().trigger() == Trigger.COMMIT
                && store.seen(job.repo(), job.name()).isEmpty()) {
            store.see(job.repo(), job.name(), head(job).map(c -> c.id().toString()).orElse(""));
        }
        refresh();
    }

    void wake() {
        wake.release();
    }

    private void watch() {
        try {
            while (true) {
                if (wake.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
                jobs.forEach(this::look);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private Optional<Commit> head(Job job) {
        Input input = job.spec().input();
        return workspace.head(input.sourceRepo(job.repo()), input.sourceBranch());
    }

    private void look(Job job) {
        String name = job.repo() + "/" + job.name();
        synchronized (busy) {
            if (busy.contains(name)) {
                return;
            }
        }
        try {
            Optional<Commit> head = head(job);
            String seen = store.seen(job.repo(), job.name()).orElse("");
            if (head.isEmpty() || head.get().id().toString().equals(seen)) {
                return;
            }
            Deque<Commit> news = since(job, head.get(), seen);
            synchronized (busy) {
                busy.add(name);
            }
            Thread.ofVirtual().name("trigger of " + name).start(() -> runAll(job, name, news));
        } catch (PfsException e) {
            System.getLogger(Triggers.class.getName())
                    .log(System.Logger.Level.WARNING, "trigger of " + name + ": " + e.getMessage());
        }
    }

    /** The commits of the branch's own line behind the one that was seen, oldest first. */
    private Deque<Commit> since(Job job, Commit head, String seen) {
        Deque<Commit> news = new ArrayDeque<>();
        String repo = job.spec().input().sourceRepo(job.repo());
        Commit at = head;
        while (news.size() < MOST_BEHIND) {
            news.addFirst(at);
            if (at.parents().isEmpty() || at.parents().getFirst().toString().equals(seen)) {
                break;
            }
            at =
                    workspace.resolve(
                            repo,
                            at.parents().getFirst().toString(),
                            job.spec().input().sourceBranch());
        }
        return news;
    }

    private void runAll(Job job, String name, Deque<Commit> commits) {
        try {
            for (Commit commit : commits) {
                Optional<Job> now = store.find(job.repo(), job.name());
                if (now.isEmpty() || now.get().spec().trigger() != Trigger.COMMIT) {
                    return;
                }
                store.see(job.repo(), job.name(), commit.id().toString());
                starter.run(now.get(), commit.id().toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (PfsException e) {
            System.getLogger(Triggers.class.getName())
                    .log(System.Logger.Level.WARNING, "trigger of " + name + ": " + e.getMessage());
        } finally {
            synchronized (busy) {
                busy.remove(name);
            }
            wake();
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
