package pfs.repo;

import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaStore;

/**
 * What goes on in the background: folds branches with many edits into their work trees, and writes
 * work trees down, so that a restart has little of the journal to replay. One thread.
 */
final class Maintenance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

    /** Edits at which a branch is folded. */
    private static final int MANY_EDITS = 8192;

    /** Bytes of journal that a restart may have to read again, about. */
    private static final long MAX_REPLAY = 128L << 20;

    /**
     * The same where another server takes over meanwhile, and each group of writes is a request.
     */
    private static final long MAX_TAKEN_UP = 16L << 20;

    private static final long PERIOD_MILLIS = 100;

    /** Rounds between looks into the trash: ten minutes. */
    private static final int TRASH_ROUNDS = 6000;

    private final Journal journal;
    private final WriteQueue queue;
    private final Branches branches;
    private final MetaStore meta;
    private final Answers answers;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private final InstantSource clock;
    private volatile long persisted;
    private int rounds;

    /**
     * @param persisted from where on a restart would read the journal now
     */
    Maintenance(
            long persisted,
            Journal journal,
            WriteQueue queue,
            Branches branches,
            MetaStore meta,
            Answers answers,
            InstantSource clock) {
        this.clock = clock;
        this.answers = answers;
        this.journal = journal;
        this.queue = queue;
        this.branches = branches;
        this.meta = meta;
        this.persisted = persisted;
        this.thread = Thread.ofPlatform().name("pfs-maintenance").daemon().start(this::run);
    }

    private void run() {
        try {
            while (!closing.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)
                    && journal.stopped().isEmpty()) {
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            for (Branch branch : branches.loaded()) {
                if (branch.state().view().edits().size() >= MANY_EDITS) {
                    branches.fold(branch);
                }
            }
            long most = journal.shared() ? MAX_TAKEN_UP : MAX_REPLAY;
            if (journal.bytesBetween(persisted, journal.end()) > most) {
                persistAll();
            }
            branches.trim();
            journal.catchUp();
            if (++rounds % TRASH_ROUNDS == 0) {
                journal.emptyTrash(clock.millis());
            }
        } catch (IOException e) {
            LOG.warn("the trash is not empty yet: {}", e.getMessage());
        } catch (PfsException e) {
            LOG.warn("background work is put off: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("background work failed", e);
        }
    }

    /** Writes every branch's work tree down; afterwards a restart replays from here. */
    synchronized void persistAll() {
        long from = queue.barrier();
        for (Branch branch : branches.loaded()) {
            branches.persist(branch);
        }
        answers.persist();
        meta.commit(new Batch().put(RefKeys.JOURNAL, Bytes.of(RefKeys.u64(from))));
        persisted = from;
    }

    /** Stops the thread; what is not persisted is in the journal. */
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
