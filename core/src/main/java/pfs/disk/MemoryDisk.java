package pfs.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** A disk in memory, for tests; all is durable at once. Files are smaller than 2 GiB. */
public final class MemoryDisk implements Disk {
    private final NavigableMap<String, Content> files = new TreeMap<>();
    private final NavigableSet<String> directories = new TreeSet<>(List.of(""));
    private final NavigableSet<String> locks = new TreeSet<>();
    private final long capacity;

    /** A disk that is never full. */
    public MemoryDisk() {
        this(Long.MAX_VALUE);
    }

    /** A disk for that many bytes of files. */
    public MemoryDisk(long capacity) {
        this.capacity = capacity;
    }

    /** Another disk with what is on this one now, and without its locks: what a kill leaves. */
    public synchronized MemoryDisk copy() {
        MemoryDisk copy = new MemoryDisk(capacity);
        copy.directories.addAll(directories);
        files.forEach(
                (path, content) -> {
                    Content same = new Content();
                    same.bytes = content.bytes.clone();
                    same.size = content.size;
                    copy.files.put(path, same);
                });
        return copy;
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    @Override
    public synchronized DiskFile open(String path, Mode mode) throws IOException {
        Content content = files.get(path);
        if (content == null) {
            if (mode == Mode.READ || !directories.contains(parent(path))) {
                throw new NoSuchFileException(path);
            }
            content = new Content();
            files.put(path, content);
        }
        return new MemoryFile(content);
    }

    @Override
    public synchronized long size(String path) {
        Content content = files.get(path);
        return content == null ? -1 : content.size;
    }

    @Override
    public synchronized List<String> list(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        NavigableSet<String> names = new TreeSet<>();
        for (String file : files.keySet()) {
            if (parent(file).equals(directory)) {
                names.add(file.substring(prefix.length()));
            }
        }
        for (String path : directories) {
            if (!path.isEmpty() && parent(path).equals(directory)) {
                names.add(path.substring(prefix.length()) + "/");
            }
        }
        return List.copyOf(names);
    }

    @Override
    public synchronized void makeDirectories(String directory) {
        for (String path = directory; directories.add(path); path = parent(path)) {
            if (path.isEmpty()) {
                break;
            }
        }
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        Content content = files.get(from);
        if (content == null || !directories.contains(parent(to))) {
            throw new NoSuchFileException(content == null ? from : to);
        }
        files.remove(from);
        files.put(to, content);
    }

    @Override
    public synchronized boolean delete(String path) {
        return files.remove(path) != null;
    }

    @Override
    public synchronized void syncDirectory(String directory) throws IOException {
        if (!directories.contains(directory)) {
            throw new NoSuchFileException(directory);
        }
    }

    @Override
    public synchronized Lock lock(String path) {
        if (!locks.add(path)) {
            throw new PfsException(
                    ErrorCode.BUSY,
                    "the directory in memory is in use by process "
                            + ProcessHandle.current().pid()
                            + "; one process at a time",
                    path);
        }
        return () -> unlock(path);
    }

    private synchronized void unlock(String path) {
        locks.remove(path);
    }

    @Override
    public synchronized long freeSpace() {
        return capacity - files.values().stream().mapToLong(content -> content.size).sum();
    }

    private static final class Content {
        private byte[] bytes = new byte[64];
        private int size;
    }

    /** Works under the disk's own lock. */
    private final class MemoryFile implements DiskFile {
        private final Content content;

        MemoryFile(Content content) {
            this.content = content;
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            synchronized (MemoryDisk.this) {
                if (offset >= content.size) {
                    return -1;
                }
                int length = (int) Math.min(into.remaining(), content.size - offset);
                into.put(content.bytes, (int) offset, length);
                return length;
            }
        }

        @Override
        public void write(long offset, ByteBuffer... parts) {
            synchronized (MemoryDisk.this) {
                long end = offset;
                for (ByteBuffer part : parts) {
                    end += part.remaining();
                }
                resize(Math.toIntExact(Math.max(end, content.size)));
                int at = Math.toIntExact(offset);
                for (ByteBuffer part : parts) {
                    int length = part.remaining();
                    part.get(content.bytes, at, length);
                    at += length;
                }
            }
        }

        private void resize(int size) {
            int more = size - content.size;
            if (more > 0 && more > freeSpace()) {
                throw new PfsException(
                        ErrorCode.DISK_FULL, "the disk is full: no room for " + more + " bytes");
            }
            if (size > content.bytes.length) {
                content.bytes = Arrays.copyOf(content.bytes, Math.max(size, size + size / 2));
            }
            if (size < content.size) {
                Arrays.fill(content.bytes, size, content.size, (byte) 0);
            }
            content.size = size;
        }

        @Override
        public void sync() {}

        @Override
        public long size() {
            synchronized (MemoryDisk.this) {
                return content.size;
            }
        }

        @Override
        public void truncate(long size) {
            synchronized (MemoryDisk.this) {
                if (size < content.size) {
                    resize((int) size);
                }
            }
        }

        @Override
        public void close() {}
    }
}
