package pfs.testing.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * A disk in memory that keeps what was synced apart from what was not, counts every call that
 * changes something or syncs, fails at the call it is told to, and can be asked what a loss of
 * power would leave. Harsher than real disks are: a new name is lost without its directory's sync
 * even where the file was synced. Thread-safe.
 */
public final class LyingDisk implements Disk {
    private final Map<String, Inode> names = new TreeMap<>();
    private final Map<String, Inode> durableNames = new TreeMap<>();
    private final List<NameChange> pendingNames = new ArrayList<>();
    private final TreeSet<String> directories = new TreeSet<>(List.of(""));
    private final Map<Long, Fault> faults = new HashMap<>();
    private final List<String> trace = new ArrayList<>();
    private long calls;
    private LongConsumer watcher = _ -> {};
    private boolean dead;
    private boolean directorySyncsIgnored;
    private boolean syncsIgnored;

    /** A name that appeared, went or moved; inode null: it went. */
    private record NameChange(String directory, List<NameState> states) {}

    private record NameState(String path, @Nullable Inode inode) {}

    /** An empty disk without faults. */
    public LyingDisk() {}

    /** The n-th call (the first is 1) goes wrong like this. */
    public synchronized LyingDisk fail(long call, Fault fault) {
        faults.put(call, fault);
        return this;
    }

    /** From now on directory syncs answer and do nothing. */
    public synchronized void ignoreDirectorySyncs() {
        directorySyncsIgnored = true;
    }

    /** From now on syncs of files answer and do nothing. */
    public synchronized void ignoreSyncs() {
        syncsIgnored = true;
    }

    /**
     * From now on somebody is told of each call, by its number and before it has any effect, on the
     * thread that makes it; nothing else changes on the disk meanwhile.
     */
    public synchronized void watch(LongConsumer told) {
        watcher = told;
    }

    /** Calls so far that changed or synced something. */
    public synchronized long calls() {
        return calls;
    }

    /** The calls so far, a line each. */
    public synchronized List<String> trace() {
        return List.copyOf(trace);
    }

    /** True once the power was lost. */
    public synchronized boolean dead() {
        return dead;
    }

    /** Loses the power now. */
    public synchronized void crash() {
        dead = true;
    }

    private void alive() throws IOException {
        if (dead) {
            throw new IOException("the power is lost");
        }
    }

    /** Counts a call; answers the fault that a write has to act out itself. */
    private @Nullable Fault count(String what) throws IOException {
        alive();
        calls++;
        watcher.accept(calls);
        trace.add(calls + " " + what);
        Fault fault = faults.get(calls);
        if (fault != null) {
            trace.add("  " + fault);
        }
        return fault;
    }

    private void countOrFail(String what) throws IOException {
        fail(count(what), what);
    }

    private void fail(@Nullable Fault fault, String what) throws IOException {
        switch (fault) {
            case null -> {}
            case CRASH -> {
                dead = true;
                throw new IOException("the power is lost");
            }
            case EIO, SHORT_WRITE -> throw new IOException("Input/output error: " + what);
            case ENOSPC, SHORT_ENOSPC ->
                    throw new PfsException(ErrorCode.DISK_FULL, "the disk is full: " + what);
        }
    }

    /**
     * Counts a call of something else that shares this machine, as a database does.
     *
     * @return the fault for it; null if none
     * @throws IOException once the power is lost, or now
     */
    public synchronized @Nullable Fault callBeside(String what) throws IOException {
        Fault fault = count(what);
        if (fault == Fault.CRASH) {
            fail(fault, what);
        }
        return fault;
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    // ---- the disk

    @Override
    public synchronized DiskFile open(String path, Mode mode) throws IOException {
        alive();
        Inode inode = names.get(path);
        if (inode == null) {
            if (mode == Mode.READ || !directories.contains(parent(path))) {
                throw new NoSuchFileException(path);
            }
            countOrFail("create " + path);
            inode = new Inode();
            names.put(path, inode);
            pendingNames.add(new NameChange(parent(path), List.of(new NameState(path, inode))));
        }
        return new LyingFile(path, inode);
    }

    @Override
    public synchronized long size(String path) throws IOException {
        alive();
        Inode inode = names.get(path);
        return inode == null ? -1 : inode.size();
    }

    @Override
    public synchronized List<String> list(String directory) throws IOException {
        alive();
        TreeSet<String> found = new TreeSet<>();
        int prefix = directory.isEmpty() ? 0 : directory.length() + 1;
        for (String path : names.keySet()) {
            if (parent(path).equals(directory)) {
                found.add(path.substring(prefix));
            }
        }
        for (String path : directories) {
            if (!path.isEmpty() && parent(path).equals(directory)) {
                found.add(path.substring(prefix) + "/");
            }
        }
        return List.copyOf(found);
    }

    @Override
    public synchronized void makeDirectories(String directory) throws IOException {
        alive();
        if (!directories.contains(directory)) {
            countOrFail("make directory " + directory);
            for (String path = directory; directories.add(path); path = parent(path)) {
                if (path.isEmpty()) {
                    break;
                }
            }
        }
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        countOrFail("rename " + from + " to " + to);
        Inode inode = names.remove(from);
        if (inode == null || !directories.contains(parent(to))) {
            throw new NoSuchFileException(from + " to " + to);
        }
        names.put(to, inode);
        pendingNames.add(
                new NameChange(
                        parent(to), List.of(new NameState(from, null), new NameState(to, inode))));
    }

    @Override
    public synchronized boolean delete(String path) throws IOException {
        alive();
        if (!names.containsKey(path)) {
            return false;
        }
        countOrFail("delete " + path);
        names.remove(path);
        pendingNames.add(new NameChange(parent(path), List.of(new NameState(path, null))));
        return true;
    }

    @Override
    public synchronized void syncDirectory(String directory) throws IOException {
        countOrFail("sync directory " + directory);
        if (directorySyncsIgnored) {
            return;
        }
        pendingNames.removeIf(
                change -> {
                    if (change.directory.equals(directory)) {
                        apply(change, durableNames);
                        return true;
                    }
                    return false;
                });
    }

    private static void apply(NameChange change, Map<String, Inode> to) {
        for (NameState state : change.states) {
            if (state.inode == null) {
                to.remove(state.path);
            } else {
                to.put(state.path, state.inode);
            }
        }
    }

    @Override
    public synchronized Lock lock(String path) throws IOException {
        alive();
        return () -> {};
    }

    @Override
    public long freeSpace() {
        return Long.MAX_VALUE;
    }

    // ---- after a crash

    /** The disk that the next start finds, when the power is lost now. */
    public synchronized LyingDisk afterCrash(CrashState state, Random random) {
        Map<String, Inode> left = new TreeMap<>(durableNames);
        int beginning = random.nextInt(pendingNames.size() + 1);
        for (int i = 0; i < pendingNames.size(); i++) {
            boolean kept =
                    switch (state) {
                        case NONE -> false;
                        case ALL, ZEROS -> true;
                        case TORN_SECTORS -> i < beginning;
                        case TORN_PAGES -> random.nextBoolean();
                    };
            if (kept) {
                apply(pendingNames.get(i), left);
            }
        }
        LyingDisk next = new LyingDisk();
        next.directories.addAll(directories);
        Map<Inode, Inode> copies = new HashMap<>();
        left.forEach(
                (path, inode) -> {
                    Inode copy = copies.computeIfAbsent(inode, i -> i.afterCrash(state, random));
                    next.names.put(path, copy);
                    next.durableNames.put(path, copy);
                });
        return next;
    }

    /** Differs between disks that hold different files, but for one in 2^64 by chance. */
    public synchronized long fingerprint() {
        long mixed = 1;
        for (Map.Entry<String, Inode> file : names.entrySet()) {
            mixed = mixed * 0x9e37_79b9_7f4a_7c15L + file.getKey().hashCode();
            mixed = mixed * 0x9e37_79b9_7f4a_7c15L + file.getValue().fingerprint();
        }
        return mixed;
    }

    /** A file's bytes: a copy. */
    public synchronized byte[] bytes(String path) {
        return inode(path).bytes();
    }

    /** Has a file hold other bytes, as a worn disk or a strange hand would, synced or not. */
    public synchronized void damage(String path, byte[] bytes) {
        inode(path).replace(bytes);
    }

    private Inode inode(String path) {
        Inode inode = names.get(path);
        if (inode == null) {
            throw new IllegalArgumentException("there is no " + path);
        }
        return inode;
    }

    /** Works under the disk's own lock. */
    private final class LyingFile implements DiskFile {
        private final String path;
        private final Inode inode;
        private boolean closed;

        LyingFile(String path, Inode inode) {
            this.path = path;
            this.inode = inode;
        }

        private void open() throws IOException {
            alive();
            if (closed) {
                throw new IOException(path + " is closed");
            }
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            synchronized (LyingDisk.this) {
                open();
                return inode.read(into, offset);
            }
        }

        @Override
        public void write(long offset, ByteBuffer... parts) throws IOException {
            synchronized (LyingDisk.this) {
                open();
                int length = 0;
                for (ByteBuffer part : parts) {
                    length += part.remaining();
                }
                byte[] bytes = new byte[length];
                int at = 0;
                for (ByteBuffer part : parts) {
                    int n = part.remaining();
                    part.get(bytes, at, n);
                    at += n;
                }
                String what = "write " + length + " bytes at " + offset + " of " + path;
                Fault fault = count(what);
                if (fault == Fault.CRASH || fault == Fault.EIO || fault == Fault.ENOSPC) {
                    if (fault == Fault.CRASH) {
                        // the write was under way: a part of it may be there
                        inode.write(offset, bytes);
                    }
                    fail(fault, what);
                }
                if (fault != null) {
                    inode.write(offset, java.util.Arrays.copyOf(bytes, length / 2));
                    fail(fault, what);
                }
                inode.write(offset, bytes);
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (LyingDisk.this) {
                open();
                Fault fault = count("sync " + path);
                if (fault != null && fault != Fault.CRASH) {
                    // as Linux does it: the pages are clean now, and their bytes may be nowhere
                    inode.forgetPending();
                }
                fail(fault, "sync " + path);
                if (!syncsIgnored) {
                    inode.sync();
                }
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (LyingDisk.this) {
                open();
                return inode.size();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (LyingDisk.this) {
                open();
                countOrFail("truncate " + path + " to " + size);
                inode.truncate(size);
            }
        }

        @Override
        public void close() {
            synchronized (LyingDisk.this) {
                closed = true;
            }
        }
    }
}
