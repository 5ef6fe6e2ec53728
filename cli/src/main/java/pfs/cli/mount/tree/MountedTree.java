package pfs.cli.mount.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;
import pfs.cli.mount.fuse.Attributes;
import pfs.cli.mount.fuse.Errno;
import pfs.cli.mount.fuse.FileSystem;
import pfs.cli.mount.fuse.FuseException;

/**
 * The files of a source as a file system. Of a commit all that is known stays true; of a branch
 * attributes are believed for a second, and an open asks again. Times are whole seconds, as {@code
 * pfs get} sets them. Thread-safe.
 */
public final class MountedTree implements FileSystem {
    /** How long what is known of a branch is believed. */
    public static final Duration LIFE = Duration.ofSeconds(1);

    private static final Duration SPACE_LIFE = Duration.ofMinutes(1);

    /** Pages of the root's listing that are summed up for {@code df}. */
    private static final int SUMMED = 10_000;

    private final Source source;
    private final boolean lasting;
    private final Owner owner;
    private final long directoryTime;
    private final BlockCache blocks;
    private final EntryCache entries;
    private final AtomicLong handles = new AtomicLong();
    private final Map<Long, OpenFile> files = new ConcurrentHashMap<>();
    private final Map<Long, OpenDirectory> directories = new ConcurrentHashMap<>();
    private volatile @Nullable Measured space;

    private record Measured(Space space, long nanos) {}

    private MountedTree(
            Source source, boolean lasting, Instant time, Owner owner, long cacheBytes) {
        this.source = source;
        this.lasting = lasting;
        this.directoryTime = time.getEpochSecond();
        this.owner = owner;
        this.blocks = new BlockCache(cacheBytes);
        this.entries = new EntryCache(lasting ? Long.MAX_VALUE : LIFE.toNanos(), System::nanoTime);
    }

    /**
     * @param cacheBytes of memory for what was read
     */
    public static MountedTree of(Source source, Version version, Owner owner, long cacheBytes) {
        return switch (version) {
            case Version.Fixed fixed ->
                    new MountedTree(source, true, fixed.time(), owner, cacheBytes);
            case Version.Following _ ->
                    new MountedTree(source, false, Instant.now(), owner, cacheBytes);
        };
    }

    @Override
    public Attributes attributes(String path) throws IOException {
        return attributes(known(path));
    }

    private Attributes attributes(ListedEntry entry) {
        return switch (entry.type()) {
            case DIRECTORY ->
                    new Attributes(
                            true, owner.directory(), 0, directoryTime, owner.user(), owner.group());
            case FILE ->
                    new Attributes(
                            false,
                            owner.file(entry.executable()),
                            entry.size(),
                            entry.modified() == null ? 0 : entry.modified().getEpochSecond(),
                            owner.user(),
                            owner.group());
        };
    }

    private ListedEntry known(String path) throws IOException {
        Optional<ListedEntry> known = entries.get(path);
        return known.isPresent() ? known.get() : asked(path);
    }

    private ListedEntry asked(String path) throws IOException {
        Optional<ListedEntry> found = source.find(path);
        if (found.isEmpty()) {
            entries.forget(path);
            throw new FuseException(Errno.ENOENT, "there is no '" + path + "'");
        }
        entries.put(path, found.get());
        return found.get();
    }

    @Override
    public Opened open(String path) throws IOException {
        ListedEntry entry = lasting ? known(path) : asked(path);
        if (entry.type() == ListedEntry.Type.DIRECTORY) {
            throw new FuseException(Errno.EISDIR, "'" + path + "' is a directory");
        }
        long handle = handles.incrementAndGet();
        files.put(handle, new OpenFile(source, blocks, path, entry));
        return new Opened(handle, lasting);
    }

    @Override
    public int read(long handle, long offset, ByteBuffer into) throws IOException {
        return opened(files, handle).read(offset, into);
    }

    private static <T> T opened(Map<Long, T> all, long handle) throws FuseException {
        T opened = all.get(handle);
        if (opened == null) {
            throw new FuseException(Errno.EBADF, "handle " + handle + " is not open");
        }
        return opened;
    }

    @Override
    public void close(long handle) {
        files.remove(handle);
    }

    @Override
    public Opened openDirectory(String path) {
        long handle = handles.incrementAndGet();
        directories.put(handle, new OpenDirectory(source, path, entries::put));
        return new Opened(handle, lasting);
    }

    @Override
    public void list(long handle, long offset, Filler filler) throws IOException {
        OpenDirectory directory = opened(directories, handle);
        Attributes self =
                new Attributes(
                        true, owner.directory(), 0, directoryTime, owner.user(), owner.group());
        long next = offset;
        while (next < 2) {
            next++;
            if (!filler.add(next == 1 ? "." : "..", self, next)) {
                return;
            }
        }
        while (true) {
            ListedEntry entry = directory.entry(next - 2);
            next++;
            if (entry == null || !filler.add(OpenDirectory.name(entry), attributes(entry), next)) {
                return;
            }
        }
    }

    @Override
    public void closeDirectory(long handle) {
        directories.remove(handle);
    }

    /** The sum of what is in the root; of a very large one, of its first entries. */
    @Override
    public Space space() throws IOException {
        Measured last = space;
        if (last != null && (lasting || System.nanoTime() - last.nanos < SPACE_LIFE.toNanos())) {
            return last.space;
        }
        OpenDirectory root = new OpenDirectory(source, "", entries::put);
        long bytes = 0;
        ListedEntry entry = root.entry(0);
        for (int n = 1; entry != null && n <= SUMMED; n++) {
            bytes += entry.size();
            entry = root.entry(n);
        }
        Space sum = new Space(bytes);
        space = new Measured(sum, System.nanoTime());
        return sum;
    }
}
