package pfs.repo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.PackSweep;
import pfs.meta.MetaStore;
import pfs.object.IdSet;
import pfs.object.ObjectId;
import pfs.object.ObjectSource;

/**
 * Frees the space of what nothing reaches, while everybody works. Thread-safe; one collection at a
 * time.
 *
 * <p>In order: (1) Inserters write down what they rely on from now on. (2) Everything that is
 * reached is marked, from all refs, moves of heads, uncommitted changes, and {@link Roots}. (3) It
 * waits for the {@link Lease}s that were open by then: what they held is named now or never. (4) It
 * marks again, which costs only what is new. (5) From now on inserters rely on what is marked, and
 * only commits that stay may be given a name, see {@link Naming}. (6) The repos forget the commits
 * that go. (7) Packs that are mostly garbage are written again without it; the index forgets the
 * rest. What cannot be read ends it before anything is freed.
 */
public final class Collector {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private final Store store;
    private final Maintenance maintenance;
    private final Supplier<IdSet> sets;
    private final ReentrantLock running = new ReentrantLock();
    private final List<Roots> more = new CopyOnWriteArrayList<>();
    private final RootSearch search;

    Collector(Store store, Maintenance maintenance, Supplier<IdSet> sets) {
        this.store = store;
        this.maintenance = maintenance;
        this.sets = sets;
        this.search = new RootSearch(store);
    }

    /**
     * How to collect.
     *
     * @param trash how long a pack that nothing needs is kept for those who are reading it
     * @param patience how long to wait for uploads and runs that began before
     * @param garbage a pack is written again if this part of it, 0 to 1, is garbage
     */
    public record Settings(Duration trash, Duration patience, double garbage) {
        /** An hour of trash, and within a twelfth of the least space. */
        public static Settings usual() {
            return new Settings(Duration.ofHours(1), Duration.ofMinutes(10), 0.08);
        }

        public Settings withTrash(Duration kept) {
            return new Settings(kept, patience, garbage);
        }
    }

    /**
     * How often packs were swept: an index of packs that was made when it was another number may
     * name what is not there any more.
     */
    public static long sweeps(MetaStore meta) {
        return meta.get(RefKeys.SWEEPS).map(v -> RefKeys.u64(v.value().array())).orElse(0L);
    }

    /** From now on what these roots name is kept. */
    public void keep(Roots roots) {
        more.add(roots);
    }

    /**
     * Collects now.
     *
     * @throws PfsException BUSY if another collection runs, or something that began before it did
     *     not end in time; CORRUPT if something that is needed cannot be read; nothing is freed
     *     then
     */
    public Collected collect(Settings settings) {
        if (!running.tryLock()) {
            throw new PfsException(
                    ErrorCode.BUSY, "garbage is being collected already, or a check runs");
        }
        Naming naming = store.leases().naming();
        // The naming asks the marks until it ends, so they are the last to go.
        try (IdSet marks = sets.get();
                Ending _ = begun(naming);
                PackSweep sweep = store.journal().sweep()) {
            maintenance.persistAll();
            Marking marking = new Marking(marks, store.journal(), store.commits(), store.hollow());
            mark(marking, settings);
            naming.freeze(marking::commit, marking::files, marking::isWhole);
            for (ObjectId relied : sweep.freeze(marking::isMarked)) {
                marking.alone(relied);
            }
            return sweep(sweep, marking, settings);
        } catch (IOException e) {
            throw failed("garbage was not collected, or not all of it", e);
        } finally {
            running.unlock();
        }
    }

    private static Ending begun(Naming naming) {
        naming.begin();
        return naming::end;
    }

    /**
     * Checks all that is stored, and mends what it can if asked.
     *
     * @param copy where else objects may be had
     * @throws PfsException BUSY while garbage is collected
     */
    public Checked check(FsckSettings how, ObjectSource copy) {
        if (!running.tryLock()) {
            throw new PfsException(
                    ErrorCode.BUSY, "garbage is being collected, or another check runs");
        }
        try (Lease _ = store.leases().open()) {
            maintenance.persistAll();
            return new Fsck(store, how, sets, copy).run();
        } catch (IOException e) {
            throw failed("the check did not come to its end", e);
        } finally {
            running.unlock();
        }
    }

    private static PfsException failed(String what, IOException why) {
        return new PfsException(ErrorCode.BUSY, what + ": " + why.getMessage(), null, why);
    }

    private void mark(Marking marking, Settings settings) {
        List<View> shown = search.shown();
        long horizon = store.leases().next();
        search.visit(marking, shown);
        more.forEach(roots -> roots.visit(marking));
        if (!store.leases().awaitBefore(horizon, settings.patience())) {
            throw new PfsException(
                    ErrorCode.BUSY,
                    "an upload or a run that began before is still going on after "
                            + settings.patience().toSeconds()
                            + " s; nothing was freed");
        }
        // What they held is named now; a fold that they made is in a view that was shown.
        search.visit(marking, shown);
        search.visit(marking, search.shown());
        more.forEach(roots -> roots.visit(marking));
    }

    /** Before the marks are. */
    private interface Ending extends AutoCloseable {
        @Override
        void close();
    }

    private Collected sweep(PackSweep sweep, Marking marking, Settings settings)
            throws IOException {
        // First, so that no crash leaves a commit that is half gone and seems to be the repo's.
        search.forgetCommits(marking);
        search.sweeping();
        Totals totals = new Totals();
        List<PackSweep.Survey> surveys = new ArrayList<>();
        for (long pack : sweep.packs()) {
            try {
                surveys.add(sweep.survey(pack, marking::isMarked));
            } catch (IOException e) {
                totals.leaveAlone(pack, e);
            }
        }
        boolean merge = surveys.stream().filter(this::isSmall).count() > 1;
        for (PackSweep.Survey survey : surveys) {
            totals.dead += survey.deadObjects();
            try {
                if (survey.garbage() >= settings.garbage() || merge && isSmall(survey)) {
                    long until = millis() + settings.trash().toMillis();
                    totals.copied += sweep.drop(survey.pack(), marking::isMarked, until);
                    totals.bytes += survey.bytes();
                    totals.packs++;
                } else if (survey.deadObjects() > 0) {
                    sweep.forget(survey.pack(), marking::isMarked);
                }
            } catch (IOException e) {
                totals.leaveAlone(survey.pack(), e);
            }
        }
        // Synced, and with it all that the index was told before.
        search.collected(millis());
        long deleted = emptyTrash(settings.trash().isZero() ? Long.MAX_VALUE : millis());
        return totals.collected(marking.size(), deleted, store.journal().trashBytes());
    }

    private static final class Totals {
        private long dead;
        private long copied;
        private long bytes;
        private int packs;
        private int damaged;

        void leaveAlone(long pack, IOException why) {
            LOG.error("pack {} is left alone: {}", pack, why.getMessage());
            damaged++;
        }

        Collected collected(long live, long deleted, long trash) {
            return new Collected(live, dead, packs, bytes, copied, deleted, trash, damaged);
        }
    }

    /** Worth being written together with others. */
    private boolean isSmall(PackSweep.Survey survey) {
        return survey.bytes() < store.journal().maxPack() / 4;
    }

    /** Deletes the packs in the trash whose time has come; answers the bytes. */
    public long emptyTrash() {
        return emptyTrash(millis());
    }

    /** What the disk refuses to delete stays for the next time. */
    private long emptyTrash(long nowMillis) {
        try {
            return store.journal().emptyTrash(nowMillis);
        } catch (IOException e) {
            LOG.warn("the trash is not empty yet: {}", e.getMessage());
            return 0;
        }
    }

    private long millis() {
        return store.clock().millis();
    }
}
