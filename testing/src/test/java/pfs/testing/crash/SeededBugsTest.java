package pfs.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.Lease;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.testing.disk.Fault;
import pfs.testing.disk.LyingDisk;
import pfs.tree.FileEntry;

/** Mistakes made on purpose: the suite's own workloads must catch each, and pass without any. */
class SeededBugsTest {
    private static final List<Step> WORK =
            List.of(
                    Step.PUT_A,
                    Step.PUT_B,
                    Step.COMMIT,
                    Step.APPEND_A,
                    Step.UNPACK_THREE,
                    Step.DELETE_A,
                    Step.COLLECT,
                    Step.RESTART,
                    Step.PUT_LARGE,
                    Step.RESET,
                    Step.COLLECT,
                    Step.PUT_B,
                    Step.COMMIT,
                    Step.RESTART,
                    Step.PUT_A);
    private static final long PACKS = 64L << 20;

    @ParameterizedTest
    @EnumSource(SeededBug.class)
    void everyMistakeIsCaught(SeededBug bug) {
        String caught = caught(bug.seams());
        System.out.println(bug + ": " + caught);
        assertThat(caught).as("what catches %s", bug).isNotEmpty();
    }

    @Test
    void nothingIsCaughtWhereThereIsNoMistake() {
        assertThat(caught(Seams.NONE)).isEmpty();
    }

    /** What goes wrong with the mistake; "" for nothing. */
    private static String caught(Seams seams) {
        try {
            space(seams);
            twice(seams);
            upload(seams);
            tagged(seams);
            uncommitted(seams);
            movedBack(seams);
            flips(seams);
            crashes(seams);
            faults(seams);
            return "";
        } catch (Exception | AssertionError e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
        }
    }

    private static void crashes(Seams seams) throws Exception {
        for (List<Step> steps : List.of(WORK, WORK.subList(0, 3))) {
            CrashRun run = new CrashRun(steps, PACKS, seams);
            run.everywhere(11);
        }
    }

    private static void faults(Seams seams) throws Exception {
        List<Step> steps = WORK.subList(0, 6);
        long calls = new CrashRun(steps, PACKS, seams).calls();
        for (long call = 1; call <= calls; call++) {
            FaultRun.run(steps, call, Fault.EIO, PACKS, seams);
            FaultRun.cut(steps, call, PACKS, seams);
        }
    }

    /** What was deleted must be off the disk after a collection. */
    private static void space(Seams seams) throws Exception {
        LyingDisk disk = new LyingDisk();
        try (StoreUnderTest store = StoreUnderTest.make(disk, PACKS, seams)) {
            store.run(Step.PUT_LARGE, 1);
            store.run(Step.RESET, 2);
            store.run(Step.COLLECT, 3);
            long bytes = 0;
            for (String name : disk.list("packs")) {
                bytes += Math.max(0, disk.size("packs/" + name));
            }
            assertThat(bytes).as("bytes left of what was deleted").isLessThan(100_000);
        }
    }

    /** What may be done once must be refused the second time. */
    private static void twice(Seams seams) throws Exception {
        try (StoreUnderTest store = StoreUnderTest.make(new LyingDisk(), PACKS, seams)) {
            store.run(Step.PUT_A, 1);
            store.run(Step.COMMIT, 2);
            assertThat(store.tagsTwice()).as("a tag was made twice").isFalse();
        }
    }

    /** What is uploaded beside a collection must be there when it is named. */
    private static void upload(Seams seams) throws Exception {
        try (StoreUnderTest store = StoreUnderTest.make(new LyingDisk(), PACKS, seams)) {
            try (Lease _ = store.lease()) {
                FileEntry stored = store.entry(StoreUnderTest.bytes(1, 5000));
                try {
                    store.run(Step.COLLECT, 1);
                } catch (PfsException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.BUSY);
                }
                store.repo().put(Repo.DEFAULT_BRANCH, "up", stored, Precondition.NONE);
            }
            assertThat(store.observe().files())
                    .as("files after an upload beside a collection")
                    .containsEntry("up", StoreUnderTest.bytes(1, 5000));
        }
    }

    /** A commit that only a tag names must outlive a collection. */
    private static void tagged(Seams seams) throws Exception {
        try (StoreUnderTest store = StoreUnderTest.make(new LyingDisk(), PACKS, seams)) {
            Repo repo = store.repo();
            store.run(Step.PUT_A, 1);
            store.run(Step.COMMIT, 2);
            repo.createBranch("side", repo.head(Repo.DEFAULT_BRANCH).orElseThrow());
            put(store, "side", "s");
            CommitRequest request = new CommitRequest("m", "a", Map.of(), null);
            repo.createTag("t", repo.commit("side", request).commit());
            repo.deleteBranch("side");
            store.run(Step.COLLECT, 3);
            assertThat(store.files(repo.snapshot(repo.tag("t"))))
                    .as("files of a tag after a collection")
                    .containsEntry("s", StoreUnderTest.bytes(9, 5000));
        }
    }

    /** So must what is uncommitted on a branch that nobody has used since the start. */
    private static void uncommitted(Seams seams) throws Exception {
        LyingDisk disk = new LyingDisk();
        StoreUnderTest store = StoreUnderTest.make(disk, PACKS, seams);
        store.run(Step.PUT_A, 1);
        store.run(Step.COMMIT, 2);
        store.repo().createBranch("side", store.repo().head(Repo.DEFAULT_BRANCH).orElseThrow());
        put(store, "side", "s");
        store.close();
        try (StoreUnderTest next = store.again()) {
            next.run(Step.COLLECT, 3);
            assertThat(next.files(next.repo().snapshot("side")))
                    .as("uncommitted files after a collection")
                    .containsEntry("s", StoreUnderTest.bytes(9, 5000));
        }
    }

    private static void put(StoreUnderTest store, String branch, String path) {
        store.repo()
                .put(branch, path, store.entry(StoreUnderTest.bytes(9, 5000)), Precondition.NONE);
    }

    /** What was written before a branch was moved must not come back with a restart. */
    private static void movedBack(Seams seams) throws Exception {
        LyingDisk disk = new LyingDisk();
        StoreUnderTest store = StoreUnderTest.make(disk, PACKS, seams);
        store.run(Step.PUT_A, 1);
        store.run(Step.COMMIT, 2);
        Commit first = store.repo().head(Repo.DEFAULT_BRANCH).orElseThrow();
        store.run(Step.PUT_A, 3);
        store.run(Step.COMMIT, 4);
        store.repo().moveBranch(Repo.DEFAULT_BRANCH, first, null);
        store.close();
        try (StoreUnderTest next = store.again()) {
            assertThat(next.observe().files())
                    .as("files after a move and a restart")
                    .containsEntry("a", StoreUnderTest.bytes(1, 100));
        }
    }

    /** Flipped bits must be refused or be without a consequence. */
    private static void flips(Seams seams) throws Exception {
        LyingDisk disk = new LyingDisk();
        StoreUnderTest store = StoreUnderTest.make(disk, PACKS, seams);
        store.run(Step.PUT_B, 1);
        store.run(Step.COMMIT, 2);
        State state = store.observe();
        store.close();
        String pack = "packs/0000000000000001.pack";
        Random random = new Random(7);
        for (int i = 0; i < 40; i++) {
            long bit = random.nextLong(disk.size(pack) * 8);
            try (StoreUnderTest damaged = store.withFlip(pack, bit)) {
                assertThat(damaged.observe()).as("with bit %d flipped", bit).isEqualTo(state);
            } catch (PfsException e) {
                assertThat(e.code()).as("with bit %d flipped", bit).isEqualTo(ErrorCode.CORRUPT);
            }
        }
    }
}
