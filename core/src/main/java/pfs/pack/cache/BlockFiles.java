package pfs.pack.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.error.PfsException;

/**
 * Blocks as files of one directory, whose bytes never exceed a limit. Thread-safe.
 *
 * <pre>
 * NAME_NUMBER   NAME is the blob's, with '_' for each slash; NUMBER is the block's, in decimal
 *               u32 CRC-32C of the bytes, then the bytes
 * _new_NUMBER   a block that is being written; renamed when it is whole
 * </pre>
 *
 * Nothing is synced: what a crash left is found by its checksum, and fetched again.
 */
final class BlockFiles {
    /** Bytes before those of a block. */
    static final int HEADER = Integer.BYTES;

    private static final String NEW = "_new_";

    private final Disk disk;
    private final String directory;
    private final long limit;
    private final AtomicLong passing = new AtomicLong();

    /** Bytes of each file, those that were used last at the end. Guarded by itself. */
    private final LinkedHashMap<String, Integer> sizes = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    BlockFiles(Disk disk, String directory, long limit) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.limit = limit;
        disk.makeDirectories(directory);
        for (String file : disk.list(directory)) {
            long size = disk.size(path(file));
            if (file.startsWith(NEW) || size < HEADER || size > limit) {
                disk.delete(path(file));
            } else {
                sizes.put(file, (int) size);
                bytes += size;
            }
        }
        makeRoom(0);
    }

    static String key(String name, long number) {
        return allOf(name) + number;
    }

    /** What the keys of all blocks of a blob begin with; a number follows. */
    private static String allOf(String name) {
        return name.replace('/', '_') + "_";
    }

    private String path(String file) {
        return directory + "/" + file;
    }

    long bytes() {
        synchronized (sizes) {
            return bytes;
        }
    }

    /** True for the key of a block of the blob. */
    static boolean isOf(String name, String key) {
        String begin = allOf(name);
        return key.startsWith(begin) && key.indexOf('_', begin.length()) < 0;
    }

    /** True if a block is here, as far as is known without reading it. */
    boolean has(String key) {
        synchronized (sizes) {
            return sizes.containsKey(key);
        }
    }

    /** The bytes of a block; null if it is not here whole. */
    @Nullable ByteBuffer read(String key, int most) {
        synchronized (sizes) {
            if (sizes.get(key) == null) {
                return null;
            }
        }
        ByteBuffer all = ByteBuffer.allocate(HEADER + most);
        try (DiskFile file = disk.open(path(key), Disk.Mode.READ)) {
            file.read(all, 0);
        } catch (IOException | PfsException e) {
            // evicted meanwhile, or the disk fails: it is fetched again
            drop(key);
            return null;
        }
        all.flip();
        if (all.remaining() <= HEADER || all.getInt() != checksum(all)) {
            drop(key);
            return null;
        }
        return all.slice();
    }

    private static int checksum(ByteBuffer... bytes) {
        CRC32C checksum = new CRC32C();
        for (ByteBuffer each : bytes) {
            checksum.update(each.duplicate());
        }
        return (int) checksum.getValue();
    }

    /** Keeps a block of some parts, if the disk lets it; makes room first. */
    void write(String key, ByteBuffer... block) {
        ByteBuffer[] all = new ByteBuffer[block.length + 1];
        all[0] = ByteBuffer.allocate(HEADER).putInt(0, checksum(block));
        System.arraycopy(block, 0, all, 1, block.length);
        int size = 0;
        for (ByteBuffer each : all) {
            size += each.remaining();
        }
        String passingPath = path(NEW + passing.incrementAndGet());
        makeRoom(size);
        boolean kept = false;
        try {
            try (DiskFile file = disk.open(passingPath, Disk.Mode.WRITE)) {
                file.write(0, all);
            }
            disk.rename(passingPath, path(key));
            kept = true;
        } catch (IOException | PfsException e) {
            System.getLogger(BlockFiles.class.getName())
                    .log(System.Logger.Level.DEBUG, "a block is not cached", e);
        } finally {
            if (!kept) {
                remove(passingPath);
            }
            enter(key, size, kept);
        }
    }

    /** Counts a file, whose bytes were reserved, under its name; or takes them back. */
    private void enter(String key, int size, boolean kept) {
        synchronized (sizes) {
            if (kept) {
                Integer replaced = sizes.put(key, size);
                bytes -= replaced == null ? 0 : replaced;
            } else {
                bytes -= size;
            }
        }
    }

    /** Reserves bytes, and deletes what was not used for the longest until they fit. */
    private void makeRoom(int wanted) {
        List<String> leaving = new ArrayList<>();
        synchronized (sizes) {
            bytes += wanted;
            Iterator<Map.Entry<String, Integer>> oldest = sizes.entrySet().iterator();
            while (bytes > limit && oldest.hasNext()) {
                Map.Entry<String, Integer> next = oldest.next();
                bytes -= next.getValue();
                leaving.add(next.getKey());
                oldest.remove();
            }
        }
        leaving.forEach(key -> remove(path(key)));
    }

    private void drop(String key) {
        synchronized (sizes) {
            Integer size = sizes.remove(key);
            if (size == null) {
                return;
            }
            bytes -= size;
        }
        remove(path(key));
    }

    /** Drops all blocks. */
    void clear() {
        List<String> all;
        synchronized (sizes) {
            all = List.copyOf(sizes.keySet());
        }
        all.forEach(this::drop);
    }

    /** Drops all blocks of a blob. */
    void forget(String name) {
        List<String> found;
        synchronized (sizes) {
            found = sizes.keySet().stream().filter(key -> isOf(name, key)).toList();
        }
        found.forEach(this::drop);
    }

    private void remove(String path) {
        try {
            disk.delete(path);
        } catch (IOException | PfsException e) {
            System.getLogger(BlockFiles.class.getName())
                    .log(System.Logger.Level.DEBUG, "a block stays until another start", e);
        }
    }
}
