package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.IdSet;
import pfs.object.MemoryIdSet;
import pfs.object.ObjectId;
import pfs.sync.LocalPeer;
import pfs.sync.Push;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreeMerge;

/**
 * Names are given to a commit that nothing reaches while garbage is collected, at every moment at
 * which the collector can be stopped: either the name is refused, or all that it reaches stays.
 */
class NamingTest {
    private static final Collector.Settings PATIENT =
            new Collector.Settings(Duration.ZERO, Duration.ofMinutes(10), 0.01);

    /** What names the commit. */
    enum Act {
        TAG,
        BRANCH,
        MOVE,
        COPY,
        MERGE,
        CHERRY_PICK,
        RESOLVE_AND_TAG,
        PUSH;

        void run(MemoryStore store, MemoryStore origin, Commit orphan) throws IOException {
            Repo repo = store.repo();
            CommitRequest request = message("named");
            switch (this) {
                case TAG -> repo.createTag("named", orphan);
                case BRANCH -> repo.createBranch("named", orphan);
                case MOVE -> repo.moveBranch("named", orphan, null);
                case COPY -> repo.copy("master", "d", orphan, "copied");
                case MERGE ->
                        repo.history()
                                .merge("master", orphan, request, _ -> TreeMerge.Choice.THEIRS);
                case CHERRY_PICK ->
                        repo.history()
                                .cherryPick("master", orphan, request, _ -> TreeMerge.Choice.NONE);
                case RESOLVE_AND_TAG -> {
                    try (Lease _ = store.repos().lease()) {
                        Commit found = repo.resolve(orphan.id().toString(), "master");
                        repo.createTag("named", found);
                    }
                }
                case PUSH ->
                        new Push(origin.repos(), origin.repo(), new LocalPeer(store.repos(), repo))
                                .run("side", Arrivals.Mode.FORCE);
            }
        }
    }

    /**
     * A set of marks that stops the collector when it is asked for the n-th time, and at its end.
     */
    private static final class Stops implements IdSet {
        private final MemoryIdSet inner = new MemoryIdSet();
        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean armed;
        private final int at;
        private final Runnable act;

        Stops(int at, Runnable act) {
            this.at = at;
            this.act = act;
        }

        @Override
        public boolean add(ObjectId id) {
            return inner.add(id);
        }

        @Override
        public boolean contains(ObjectId id) {
            if (armed && asked.incrementAndGet() == at) {
                act.run();
            }
            return inner.contains(id);
        }

        @Override
        public long size() {
            return inner.size();
        }

        @Override
        public void close() {
            if (asked.get() < at) {
                act.run();
            }
            inner.close();
        }
    }

    private static CommitRequest message(String text) {
        return new CommitRequest(text, "tester", Map.of(), null);
    }

    private static void put(MemoryStore store, String branch, String path, long seed) {
        byte[] bytes = new byte[3_000];
        new Random(seed).nextBytes(bytes);
        store.repo().put(branch, path, store.entry(bytes), Precondition.NONE);
    }

    /** Two stores with one history; what "side" of the second had, nothing there reaches now. */
    private static Commit orphan(MemoryStore store, MemoryStore origin) throws IOException {
        put(origin, "master", "f", 1);
        Commit first = origin.repo().commit("master", message("first")).commit();
        origin.repo().createBranch("side", first);
        put(origin, "side", "d/1", 2);
        put(origin, "side", "d/e/2", 3);
        origin.repo().commit("side", message("second"));
        put(origin, "side", "d/3", 4);
        Commit last = origin.repo().commit("side", message("third")).commit();
        new Push(origin.repos(), origin.repo(), new LocalPeer(store.repos(), store.repo()))
                .run(null, Arrivals.Mode.FAST_FORWARD);
        store.repo().deleteBranch("side");
        return last;
    }

    @ParameterizedTest
    @EnumSource(Act.class)
    void namesThatAreGivenWhileItMarksKeepAll(Act act) throws Exception {
        for (int visit = 1; visit <= 2; visit++) {
            try (Stopped stopped = new Stopped(act, 0, false)) {
                AtomicInteger visits = new AtomicInteger();
                int at = visit;
                stopped.store
                        .repos()
                        .collector()
                        .keep(
                                _ -> {
                                    if (visits.incrementAndGet() == at) {
                                        stopped.act();
                                    }
                                });
                stopped.collect();
                assertThat(stopped.refused).as("%s, visit %d", act, visit).isNull();
                stopped.verify("visit " + visit);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Act.class)
    void namesThatAreGivenWhileItWaitsKeepAll(Act act) throws Exception {
        try (Stopped stopped = new Stopped(act, 0, false)) {
            Lease before = stopped.store.repos().lease();
            AtomicInteger visits = new AtomicInteger();
            List<CompletableFuture<Void>> beside = new ArrayList<>();
            stopped.store
                    .repos()
                    .collector()
                    .keep(
                            _ -> {
                                if (visits.incrementAndGet() == 1) {
                                    beside.add(
                                            CompletableFuture.runAsync(
                                                    () -> {
                                                        stopped.act();
                                                        before.close();
                                                    },
                                                    Thread::startVirtualThread));
                                }
                            });
            stopped.collect();
            beside.getFirst().join();
            assertThat(stopped.refused).isNull();
            stopped.verify("while it waits");
        }
    }

    @ParameterizedTest
    @EnumSource(Act.class)
    void namesThatAreGivenWhileItSweepsKeepAllOrAreRefused(Act act) throws Exception {
        int refused = 0;
        for (boolean relied : new boolean[] {false, true}) {
            for (int question = 1; question <= 40; question += question < 12 ? 1 : 7) {
                try (Stopped stopped = new Stopped(act, question, relied)) {
                    stopped.collect();
                    stopped.verify("question " + question + ", relied on: " + relied);
                    refused += stopped.refused == null ? 0 : 1;
                }
            }
        }
        if (act == Act.PUSH) {
            assertThat(refused).as("a push sends again what is going").isZero();
        } else {
            assertThat(refused).isPositive();
        }
    }

    /** A collection that is stopped once, for an act. */
    private static final class Stopped implements AutoCloseable {
        private final MemoryStore origin = new MemoryStore();
        private final MemoryStore store;
        private final List<Stops> sets = new ArrayList<>();
        private final Commit orphan;
        private final Act act;
        private @Nullable PfsException refused;
        private @Nullable Throwable failed;

        /**
         * @param question stops at the n-th question for what is marked; 0 for none
         * @param relied somebody has found the commit's own object before, and relies on it
         */
        Stopped(Act act, int question, boolean relied) throws IOException {
            this.act = act;
            this.store =
                    new MemoryStore(
                            20_000,
                            () -> {
                                Stops marks = new Stops(question, this::act);
                                sets.add(marks);
                                return marks;
                            });
            this.orphan = orphan(store, origin);
            AtomicInteger visits = new AtomicInteger();
            store.repos()
                    .collector()
                    .keep(
                            _ -> {
                                sets.getLast().armed = visits.incrementAndGet() == 2;
                                if (relied) {
                                    store.repo().arrivals().contains(orphan.id());
                                }
                            });
        }

        void act() {
            try {
                act.run(store, origin, orphan);
            } catch (PfsException e) {
                refused = e;
            } catch (IOException | RuntimeException | AssertionError e) {
                failed = e;
            }
        }

        void collect() {
            Collected collected = store.repos().collector().collect(PATIENT);
            assertThat(collected.damagedPacks()).isZero();
        }

        /** All that is named can be read, now and after a start that makes the index again. */
        void verify(String when) throws IOException {
            assertThat(failed).as("%s, %s", act, when).isNull();
            if (refused != null) {
                assertThat(refused.code()).as("%s, %s", act, when).isEqualTo(ErrorCode.NO_SUCH_REF);
            }
            for (int start = 0; start < 2; start++) {
                read(when);
                store.restartWithoutIndex();
            }
            store.repos().collector().collect(PATIENT);
            read(when + ", and another collection");
        }

        private void read(String when) {
            Repo repo = store.repo();
            List<Snapshot> all = new ArrayList<>();
            for (String branch : repo.branches("", 100)) {
                all.add(repo.snapshot(branch));
                repo.log(repo.head(branch).orElseThrow(), null)
                        .forEachRemaining(commit -> all.add(repo.snapshot(commit)));
            }
            repo.tags("", 100)
                    .forEach(
                            tag ->
                                    repo.log(repo.tag(tag), null)
                                            .forEachRemaining(c -> all.add(repo.snapshot(c))));
            int files = 0;
            for (Snapshot snapshot : all) {
                Iterator<PathEntry> entries = snapshot.list("", "", true);
                while (entries.hasNext()) {
                    if (entries.next().entry() instanceof FileEntry file) {
                        assertThat(store.bytes(file)).as("%s, %s", act, when).hasSize(3_000);
                        files++;
                    }
                }
            }
            assertThat(files)
                    .as("%s, %s", act, when)
                    .isGreaterThanOrEqualTo(refused == null ? 4 : 1);
        }

        @Override
        public void close() {
            store.close();
            origin.close();
        }
    }
}
