package pfs.shared;

import java.io.IOException;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.embedded.DiskIdSet;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.MetaStore;
import pfs.meta.leader.CachedMetaStore;
import pfs.meta.leader.LeasedMetaStore;
import pfs.object.SpillingIdSet;
import pfs.pack.segment.SegmentedPackStore;
import pfs.repo.Collector;
import pfs.repo.Repos;
import pfs.repo.Settings;

/**
 * The store of a cluster, as its leader has it open. Two things keep it alone, and neither believes
 * a clock: batches of metadata require its lease, and the journal's places are taken once.
 */
public final class SharedStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);

    /** Ids of needed objects, 64 MiB at most; when there are more they go to the disk. */
    private static final long MARKS_IN_MEMORY = 1 << 19;

    private final SharedHome home;
    private final MetaStore meta;
    private final Journal journal;
    private final Repos repos;

    private SharedStore(SharedHome home, MetaStore meta, Journal journal, Repos repos) {
        this.home = home;
        this.meta = meta;
        this.journal = journal;
        this.repos = repos;
    }

    static SharedStore open(
            SharedHome home,
            MetaStore shared,
            MetaStore.Lease lease,
            InstantSource clock,
            Settings settings)
            throws IOException {
        MetaStore meta = new CachedMetaStore(new LeasedMetaStore(shared, lease));
        long sweeps = Collector.sweeps(meta);
        SegmentedPackStore packs =
                new SegmentedPackStore(home.packs(), name -> name.endsWith(".pack"));
        Journal journal = Journal.open(packs, home.index(sweeps));
        boolean opened = false;
        try {
            home.indexedAfter(sweeps);
            Repos repos =
                    Repos.open(
                            journal,
                            meta,
                            clock,
                            settings,
                            () ->
                                    new SpillingIdSet(
                                            MARKS_IN_MEMORY, () -> new DiskIdSet(home.scratch())));
            opened = true;
            return new SharedStore(home, meta, journal, repos);
        } finally {
            if (!opened) {
                journal.close();
            }
        }
    }

    public Repos repos() {
        return repos;
    }

    /** True if nothing can be written any more: it is to be opened again. */
    public boolean stopped() {
        return journal.stopped().isPresent();
    }

    /** Writes down what it can; what it cannot, the next leader finds in the journal. */
    @Override
    public void close() throws IOException {
        repos.close();
        try {
            journal.close();
            // collections of its own have kept the index right
            home.indexedAfter(Collector.sweeps(meta));
        } catch (IOException | PfsException e) {
            LOG.warn("the journal was left as it is: {}", e.getMessage());
        }
    }
}
