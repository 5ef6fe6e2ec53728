package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import pfs.disk.Disk;
import pfs.disk.DiskFile;

/**
 * Packs as files of a directory; a slash in a name is a subdirectory, so that no name may be the
 * directory of another. A blob is written under a passing name in {@code _new/}, synced, renamed,
 * and its directory synced. What a crash leaves in {@code _new/} goes when the store is opened.
 */
public final class LocalPackStore implements AppendablePackStore {
    /** Holds files that are not blobs yet. No blob's name begins with an underscore. */
    private static final String NEW = "_new";

    private final Disk disk;
    private final String directory;
    private final OpenFiles open;
    private final AtomicLong passing = new AtomicLong();
    private final ReentrantLock naming = new ReentrantLock();
    private final Set<String> appended = ConcurrentHashMap.newKeySet();
    private final Set<String> directories = ConcurrentHashMap.newKeySet();

    /** Opens the store in a directory of the disk ("" for the disk's own), made if missing. */
    public LocalPackStore(Disk disk, String directory) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.open = new OpenFiles(disk, OpenFiles.LIMIT);
        disk.makeDirectories(path(NEW));
        for (String left : disk.list(path(NEW))) {
            disk.delete(path(NEW + "/" + left));
        }
    }

    private String path(String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** Makes the blob's directory where it is missing, and answers it. */
    private String home(String path) throws IOException {
        String home = parent(path);
        if (!directories.contains(home)) {
            disk.makeDirectories(home);
            directories.add(home);
        }
        return home;
    }

    @Override
    public boolean put(String name, ByteBuffer... parts) throws IOException {
        String path = path(PackNames.verify(name));
        if (disk.size(path) >= 0) {
            return false;
        }
        String passingPath = path(NEW + "/" + passing.incrementAndGet());
        boolean renamed = false;
        try {
            try (DiskFile file = disk.open(passingPath, Disk.Mode.WRITE)) {
                file.write(0, parts);
                file.sync();
            }
            String home = home(path);
            naming.lock();
            try {
                if (disk.size(path) < 0) {
                    disk.rename(passingPath, path);
                    renamed = true;
                    disk.syncDirectory(home);
                }
            } finally {
                naming.unlock();
            }
            return renamed;
        } finally {
            if (!renamed) {
                disk.delete(passingPath);
            }
        }
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        try (OpenFiles.Use use = open.use(path(PackNames.verify(name)))) {
            return use.file().read(into, offset);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(name);
        }
    }

    @Override
    public long size(String name) throws IOException {
        return disk.size(path(PackNames.verify(name)));
    }

    @Override
    public List<String> list(String prefix, String after, int limit) throws IOException {
        List<String> names = new ArrayList<>();
        collect("", prefix, after, limit, names);
        return names;
    }

    /** Walks in byte order: all names below {@code d/} stand together, where "d/" itself would. */
    private void collect(String under, String prefix, String after, int limit, List<String> names)
            throws IOException {
        String at = under.isEmpty() ? directory : path(under.substring(0, under.length() - 1));
        for (String child : disk.list(at)) {
            if (names.size() >= limit) {
                return;
            }
            String name = under + child;
            if (child.endsWith("/")) {
                boolean inside = name.startsWith(prefix) || prefix.startsWith(name);
                boolean behind = name.compareTo(after) > 0 || after.startsWith(name);
                if (inside && behind && !child.equals(NEW + "/")) {
                    collect(name, prefix, after, limit, names);
                }
            } else if (name.startsWith(prefix) && name.compareTo(after) > 0) {
                names.add(name);
            }
        }
    }

    @Override
    public boolean delete(String name) throws IOException {
        String path = path(PackNames.verify(name));
        naming.lock();
        try {
            if (!disk.delete(path)) {
                return false;
            }
            open.forget(path);
            disk.syncDirectory(parent(path));
            return true;
        } finally {
            naming.unlock();
        }
    }

    @Override
    public Appender append(String name) throws IOException {
        String path = path(PackNames.verify(name));
        if (!appended.add(path)) {
            throw new IllegalStateException("blob " + name + " has an appender already");
        }
        boolean done = false;
        try {
            String home = home(path);
            DiskFile file = disk.open(path, Disk.Mode.WRITE);
            disk.syncDirectory(home);
            Appender appender = new LocalAppender(file, () -> appended.remove(path));
            done = true;
            return appender;
        } finally {
            if (!done) {
                appended.remove(path);
            }
        }
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
