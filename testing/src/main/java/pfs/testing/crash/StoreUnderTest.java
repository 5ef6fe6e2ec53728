package pfs.testing.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.MetaStore;
import pfs.object.ObjectSource;
import pfs.pack.LocalPackStore;
import pfs.repo.Checked;
import pfs.repo.Collector;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.FsckSettings;
import pfs.repo.Lease;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Settings;
import pfs.repo.Snapshot;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.LyingDisk;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

/** A whole store over a disk that lies, with the steps that a workload is made of. */
final class StoreUnderTest implements AutoCloseable {
    private static final String BRANCH = Repo.DEFAULT_BRANCH;
    private static final AtomicLong NOW = new AtomicLong(1_700_000_000_000L);
    static final InstantSource CLOCK = () -> Instant.ofEpochMilli(NOW.incrementAndGet());
    private static final Settings SETTINGS =
            new Settings(
                    1 << 20,
                    new ContentStore.Settings(8 << 20, 32 << 20, 0, 1, Duration.ofSeconds(30)));

    /** Bytes that were made once: a workload has few, and they are asked for all the time. */
    private static final Map<Wanted, ByteBuffer> BYTES = new ConcurrentHashMap<>();

    private record Wanted(int number, int length) {}

    private final Machine machine;
    private final Journal journal;
    private final Repos repos;
    private final LocalPackStore packs;

    private StoreUnderTest(Machine machine) throws IOException {
        this.machine = machine;
        Seams seams = machine.seams();
        LyingDisk disk = machine.disk();
        this.packs = new LocalPackStore(seams.disk().apply(disk), "packs");
        this.journal = Journal.open(packs, seams.index().apply(machine.index()), machine.maxPack());
        boolean opened = false;
        try {
            MetaStore seen = new CrashingMetaStore(seams.meta().apply(machine.meta()), disk);
            this.repos = Repos.open(journal, seen, CLOCK, SETTINGS, seams.sets());
            opened = true;
        } finally {
            if (!opened) {
                journal.close();
            }
        }
    }

    /** Starts from what a machine holds. */
    static StoreUnderTest start(Machine machine) throws IOException {
        return new StoreUnderTest(machine);
    }

    /** A new store on an empty disk. */
    static StoreUnderTest make(LyingDisk disk, long maxPack) throws IOException {
        return make(disk, maxPack, Seams.NONE);
    }

    /** As above, with something between the store and what it stands on. */
    static StoreUnderTest make(LyingDisk disk, long maxPack, Seams seams) throws IOException {
        return new StoreUnderTest(Machine.empty(disk, maxPack, seams));
    }

    /** True if a tag could be made a second time. */
    boolean tagsTwice() {
        Commit head = repo().head(BRANCH).orElseThrow();
        repo().createTag("tag", head);
        try {
            repo().createTag("tag", head);
            return true;
        } catch (PfsException e) {
            return false;
        }
    }

    /** The store that starts from what a loss of power has left of this one. */
    StoreUnderTest afterCrash(CrashState state, Random random) throws IOException {
        return new StoreUnderTest(machine.afterCrash(state, random));
    }

    /** A start on the same disk. */
    StoreUnderTest again() throws IOException {
        return new StoreUnderTest(machine);
    }

    /** The store that starts from a copy of this one's disk with one bit flipped. */
    StoreUnderTest withFlip(String path, long bit) throws IOException {
        Machine copy = machine.copy();
        byte[] bytes = copy.disk().bytes(path);
        bytes[Math.toIntExact(bit / 8)] ^= (byte) (1 << bit % 8);
        copy.disk().damage(path, bytes);
        return new StoreUnderTest(copy);
    }

    Machine machine() {
        return machine;
    }

    LyingDisk disk() {
        return machine.disk();
    }

    /** What fsck says of it. */
    Checked check(FsckSettings how) throws IOException {
        return repos.collector().check(how, ObjectSource.NONE);
    }

    /** The repo, for what is no step of a workload. */
    Repo repo() {
        return repos.find(Repos.DEFAULT_REPO).orElseThrow();
    }

    /** Bytes that differ with the number. */
    static ByteBuffer bytes(int number, int length) {
        return BYTES.computeIfAbsent(new Wanted(number, length), StoreUnderTest::made).duplicate();
    }

    private static ByteBuffer made(Wanted wanted) {
        int number = wanted.number;
        int length = wanted.length;
        byte[] bytes = new byte[length];
        new Random(number).nextBytes(bytes);
        byte[] text = ("number " + number + " ").getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, bytes, 0, Math.min(length, text.length));
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** A lease as an upload holds one. */
    Lease lease() {
        return machine.seams().lease().apply(repos.lease());
    }

    /** Stores a file that nothing names yet. */
    FileEntry entry(ByteBuffer bytes) {
        try (ContentWriter writer = repos.newContent()) {
            writer.write(bytes.duplicate());
            return new FileEntry(writer.finish(), false, NOW.get() * 1_000_000L, null, Map.of());
        }
    }

    private void put(String path, ByteBuffer bytes) {
        repo().put(BRANCH, path, entry(bytes), Precondition.NONE);
    }

    /**
     * The state that a step leads to; the same state if it is refused.
     *
     * @param number makes the bytes of this step differ from all others
     */
    static State expected(State before, Step step, int number) {
        return switch (step) {
            case PUT_A -> before.with("a", bytes(number, 100));
            case PUT_B -> before.with("d/b", bytes(number, 5000));
            case PUT_LARGE -> before.with("d/large", bytes(number, 700_000));
            case DELETE_A -> before.without("a");
            case APPEND_A -> before.with("a", joined(before.files().get("a"), bytes(number, 50)));
            case MOVE_A_TO_B -> {
                ByteBuffer a = before.files().get("a");
                yield a == null || before.files().containsKey("moved/" + number)
                        ? before
                        : before.without("a").with("moved/" + number, a);
            }
            case COPY_DIRECTORY -> {
                State next = before;
                for (Map.Entry<String, ByteBuffer> file : before.files().entrySet()) {
                    if (file.getKey().startsWith("d/")) {
                        next =
                                next.with(
                                        "copy" + number + file.getKey().substring(1),
                                        file.getValue());
                    }
                }
                yield next;
            }
            case UNPACK_THREE ->
                    before.with("t/1", bytes(number, 10))
                            .with("t/2", bytes(number + 100, 20_000))
                            .with("t/x/3", bytes(number + 200, 0));
            case COMMIT ->
                    before.files().isEmpty() && before.commits().isEmpty()
                            ? before
                            : before.committed();
            case RESET -> before.reset();
            case COLLECT, RESTART -> before;
        };
    }

    private static ByteBuffer joined(
            @org.jspecify.annotations.Nullable ByteBuffer a, ByteBuffer b) {
        if (a == null) {
            return b;
        }
        return ByteBuffer.allocate(a.remaining() + b.remaining())
                .put(a.duplicate())
                .put(b.duplicate())
                .flip();
    }

    /** Does a step; RESTART is the caller's. */
    void run(Step step, int number) throws IOException {
        Repo repo = repo();
        switch (step) {
            case PUT_A -> put("a", bytes(number, 100));
            case PUT_B -> put("d/b", bytes(number, 5000));
            case PUT_LARGE -> put("d/large", bytes(number, 700_000));
            case DELETE_A -> repo.delete(BRANCH, "a", false, Precondition.NONE);
            case APPEND_A -> {
                FileEntry tail = entry(bytes(number, 50));
                repo.append(BRANCH, "a", tail.content(), tail, Precondition.NONE);
            }
            case MOVE_A_TO_B -> repo.move(BRANCH, "a", "moved/" + number);
            case COPY_DIRECTORY -> repo.copy(BRANCH, "d", null, "copy" + number);
            case UNPACK_THREE -> {
                try (Repo.Unpacking unpacking = repo.unpack(BRANCH, "t")) {
                    unpacking.file("1", entry(bytes(number, 10)));
                    unpacking.file("2", entry(bytes(number + 100, 20_000)));
                    unpacking.file("x/3", entry(bytes(number + 200, 0)));
                    unpacking.finish();
                }
            }
            case COMMIT -> repo.commit(BRANCH, new CommitRequest("m", "a", Map.of(), null));
            case RESET -> repo.reset(BRANCH, null);
            case COLLECT ->
                    repos.collector()
                            .collect(new Collector.Settings(Duration.ZERO, Duration.ZERO, 0.01));
            case RESTART -> throw new IllegalArgumentException("restart is not a call");
        }
    }

    /** Reads everything. */
    State observe() throws IOException {
        Repo repo = repo();
        List<SortedMap<String, ByteBuffer>> commits = new ArrayList<>();
        if (repo.head(BRANCH).isPresent()) {
            Iterator<Commit> log = repo.log(repo.head(BRANCH).get(), null);
            while (log.hasNext()) {
                commits.addFirst(files(repo.snapshot(log.next())));
            }
        }
        return new State(files(repo.snapshot(BRANCH)), commits);
    }

    /** All files of a snapshot, read. */
    SortedMap<String, ByteBuffer> files(Snapshot snapshot) throws IOException {
        SortedMap<String, ByteBuffer> files = new TreeMap<>();
        Iterator<PathEntry> entries = snapshot.list("", "", true);
        while (entries.hasNext()) {
            PathEntry at = entries.next();
            if (at.entry() instanceof FileEntry file) {
                files.put(at.path(), read(file));
            }
        }
        return files;
    }

    /** A file's bytes. */
    ByteBuffer read(FileEntry file) throws IOException {
        long size = file.content().size();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size));
        repos.contents().read(file.content(), 0, size, bytes::put);
        return bytes.flip();
    }

    /** Why nothing can be written any more; empty while all is well. */
    String stopped() {
        return journal.stopped().orElse("");
    }

    /** Ends the threads; on a dead disk that is all it does. */
    @Override
    public void close() throws IOException {
        repos.close();
        try {
            journal.close();
        } catch (PfsException | IOException e) {
            if (!machine.disk().dead() && journal.stopped().isEmpty()) {
                throw e;
            }
        } finally {
            packs.close();
        }
    }
}
