package pfs.testing.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Commit;
import pfs.repo.FsckSettings;
import pfs.repo.Repo;
import pfs.repo.Snapshot;
import pfs.testing.disk.LyingDisk;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

/**
 * Changes the packs and index blobs of a small store behind its back, once each time: a bit, the
 * end, two blocks. Then all is read, which is right or refused as damaged, and fsck must find
 * something. Half of the time the store runs already, else it starts from what was changed.
 */
public final class Damages {
    private static final FsckSettings LOOK = new FsckSettings(false, 10);
    private static final long SMALL_PACKS = 12_000;
    private static final int[] BLOCKS = {64, 512, 4096};

    /** Ways to change files, each tried as often as the others. */
    private enum Kind {
        FLIPPED_BIT,
        CUT_OFF,
        SWAPPED_BLOCKS
    }

    private final long seed;
    private final Random random;
    private final Machine whole;
    private final State state;
    private final Map<Kind, Long> tried = new EnumMap<>(Kind.class);
    private long refused;

    /**
     * Makes the store.
     *
     * @param large with a file of several chunks too
     */
    public Damages(long seed, boolean large) throws IOException {
        this.seed = seed;
        this.random = new Random(seed);
        this.whole = Machine.empty(new LyingDisk(), SMALL_PACKS, Seams.NONE);
        this.state = fill(whole, large);
    }

    private static State fill(Machine machine, boolean large) throws IOException {
        State state = State.EMPTY;
        int number = 0;
        try (StoreUnderTest store = StoreUnderTest.start(machine)) {
            for (Step step :
                    List.of(
                            Step.PUT_A,
                            Step.PUT_B,
                            Step.COMMIT,
                            large ? Step.PUT_LARGE : Step.PUT_B,
                            Step.UNPACK_THREE,
                            Step.APPEND_A,
                            Step.COMMIT,
                            Step.DELETE_A,
                            Step.COPY_DIRECTORY,
                            Step.COMMIT,
                            Step.PUT_B,
                            Step.PUT_A)) {
                store.run(step, ++number);
                state = StoreUnderTest.expected(state, step, number);
            }
            if (!store.observe().equals(state)) {
                throw new AssertionError("the store is wrong before it is damaged");
            }
        }
        awaitBlobs(machine.disk());
        return state;
    }

    /** Index blobs are written in the background, one for each pack but the last. */
    private static void awaitBlobs(LyingDisk disk) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            long packs = disk.list("packs").stream().filter(n -> n.endsWith(".pack")).count();
            long blobs = disk.list("packs").stream().filter(n -> n.endsWith(".index")).count();
            if (blobs >= packs - 1) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("the index blobs are not written");
    }

    /** How often each kind of damage was made. */
    public String tried() {
        return tried.toString();
    }

    /** How often a read, or the start, was refused: the others touched nothing that was read. */
    public long refused() {
        return refused;
    }

    /**
     * Damages the store so often, each time a whole one.
     *
     * @throws AssertionError if a wrong byte is served, or fsck finds nothing
     */
    public void run(long times) throws IOException {
        for (long i = 0; i < times; i++) {
            Machine machine = whole.copy();
            if (random.nextBoolean()) {
                try (StoreUnderTest running = StoreUnderTest.start(machine)) {
                    String what = damage(machine.disk());
                    judge(running, "running, " + what);
                }
            } else {
                String what = damage(machine.disk());
                start(machine, "started after it, " + what);
            }
        }
    }

    private void start(Machine machine, String what) throws IOException {
        try (StoreUnderTest store = StoreUnderTest.start(machine)) {
            judge(store, what);
        } catch (PfsException e) {
            verifyRefusal(e, what);
            refused++;
        }
    }

    private void judge(StoreUnderTest store, String what) throws IOException {
        boolean right = reads(store, what);
        refused += right ? 0 : 1;
        if (store.check(LOOK).damages() == 0) {
            throw new AssertionError(
                    "seed " + seed + ", " + what + ": fsck finds nothing; read right: " + right);
        }
    }

    /** Reads the branch and all commits; false if any of it was refused. */
    private boolean reads(StoreUnderTest store, String what) throws IOException {
        Repo repo = store.repo();
        try {
            boolean right = reads(store, repo.snapshot(Repo.DEFAULT_BRANCH), state.files(), what);
            Iterator<Commit> log = repo.log(repo.head(Repo.DEFAULT_BRANCH).orElseThrow(), null);
            for (SortedMap<String, ByteBuffer> files : state.commits().reversed()) {
                right &= reads(store, repo.snapshot(log.next()), files, what);
            }
            expect(!log.hasNext(), what, "a commit more than there were");
            return right;
        } catch (PfsException e) {
            verifyRefusal(e, what);
            return false;
        }
    }

    private boolean reads(
            StoreUnderTest store,
            Snapshot snapshot,
            SortedMap<String, ByteBuffer> expected,
            String what)
            throws IOException {
        boolean right = true;
        int files = 0;
        try {
            Iterator<PathEntry> entries = snapshot.list("", "", true);
            while (entries.hasNext()) {
                PathEntry at = entries.next();
                if (at.entry() instanceof FileEntry file) {
                    files++;
                    right &= reads(store, file, expected.get(at.path()), what + ", " + at.path());
                }
            }
        } catch (PfsException e) {
            verifyRefusal(e, what);
            return false;
        }
        expect(files == expected.size(), what, files + " files of " + expected.size());
        return right;
    }

    private boolean reads(
            StoreUnderTest store, FileEntry file, @Nullable ByteBuffer expected, String what)
            throws IOException {
        try {
            expect(store.read(file).equals(expected), what, "wrong bytes");
            return true;
        } catch (PfsException e) {
            verifyRefusal(e, what);
            return false;
        }
    }

    private void expect(boolean holds, String what, String found) {
        if (!holds) {
            throw new AssertionError("seed " + seed + ", " + what + ": " + found);
        }
    }

    // ---- damage

    /** Changes a file; says how. */
    private String damage(LyingDisk disk) throws IOException {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        tried.merge(kind, 1L, Long::sum);
        while (true) {
            String path = any(disk);
            byte[] bytes = disk.bytes(path);
            String what =
                    switch (kind) {
                        case FLIPPED_BIT -> flipped(disk, path, bytes);
                        case CUT_OFF -> cutOff(disk, path, bytes);
                        case SWAPPED_BLOCKS -> swapped(disk, path, bytes);
                    };
            if (!what.isEmpty()) {
                return what;
            }
        }
    }

    private String any(LyingDisk disk) throws IOException {
        List<String> files = disk.list("packs").stream().filter(n -> n.contains(".")).toList();
        return "packs/" + files.get(random.nextInt(files.size()));
    }

    private String flipped(LyingDisk disk, String path, byte[] bytes) {
        int at = random.nextInt(bytes.length);
        int bit = random.nextInt(8);
        bytes[at] ^= (byte) (1 << bit);
        disk.damage(path, bytes);
        return path + " bit " + bit + " of byte " + at;
    }

    private String cutOff(LyingDisk disk, String path, byte[] bytes) {
        int left = random.nextInt(bytes.length);
        disk.damage(path, Arrays.copyOf(bytes, left));
        return path + " cut off at " + left + " of " + bytes.length;
    }

    /** Two blocks of one file, or of two, change places; "" if they are the same. */
    private String swapped(LyingDisk disk, String path, byte[] bytes) throws IOException {
        int block = BLOCKS[random.nextInt(BLOCKS.length)];
        String other = random.nextBoolean() ? path : any(disk);
        byte[] others = other.equals(path) ? bytes : disk.bytes(other);
        if (bytes.length < block || others.length < block) {
            return "";
        }
        int from = random.nextInt(bytes.length / block) * block;
        int to = random.nextInt(others.length / block) * block;
        byte[] one = Arrays.copyOfRange(bytes, from, from + block);
        byte[] two = Arrays.copyOfRange(others, to, to + block);
        if (Arrays.equals(one, two)) {
            return "";
        }
        System.arraycopy(two, 0, bytes, from, block);
        System.arraycopy(one, 0, others, to, block);
        disk.damage(path, bytes);
        disk.damage(other, others);
        return path + " at " + from + " and " + other + " at " + to + " swapped, " + block;
    }

    private void verifyRefusal(PfsException e, String what) {
        if (e.code() != ErrorCode.CORRUPT) {
            throw new AssertionError("seed " + seed + ", " + what + ": " + e.code(), e);
        }
    }
}
