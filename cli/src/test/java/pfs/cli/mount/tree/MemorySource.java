package pfs.cli.mount.tree;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;
import pfs.api.PathOrder;
import pfs.cli.mount.fuse.Errno;
import pfs.cli.mount.fuse.FuseException;

/** Files in memory, which counts what it is asked, and can be away. Thread-safe. */
final class MemorySource implements Source {
    private static final int PAGE = 100;

    final AtomicInteger finds = new AtomicInteger();
    final AtomicInteger lists = new AtomicInteger();
    final Map<Long, Integer> reads = new ConcurrentHashMap<>();
    volatile boolean away;
    private final ConcurrentSkipListMap<String, byte[]> files = new ConcurrentSkipListMap<>();

    void put(String path, byte[] bytes) {
        files.put(path, bytes);
    }

    void remove(String path) {
        files.remove(path);
    }

    /** Read so far, in blocks. */
    int blocksRead() {
        return reads.values().stream().mapToInt(n -> n).sum();
    }

    @Override
    public Optional<ListedEntry> find(String path) throws IOException {
        finds.incrementAndGet();
        verifyThere();
        byte[] bytes = files.get(path);
        if (bytes != null) {
            return Optional.of(file(path, bytes));
        }
        boolean above = files.keySet().stream().anyMatch(f -> f.startsWith(path + "/"));
        return path.isEmpty() || above ? Optional.of(directory(path)) : Optional.empty();
    }

    private static ListedEntry file(String path, byte[] bytes) {
        return new ListedEntry(
                path,
                ListedEntry.Type.FILE,
                bytes.length,
                Integer.toHexString(Arrays.hashCode(bytes)),
                java.time.Instant.ofEpochSecond(1_000_000_000L, 5),
                path.endsWith(".sh"));
    }

    private static ListedEntry directory(String path) {
        return new ListedEntry(path, ListedEntry.Type.DIRECTORY, 0, "", null, false);
    }

    @Override
    public Page list(String directory, @Nullable String after) throws IOException {
        lists.incrementAndGet();
        verifyThere();
        String prefix = directory.isEmpty() ? "" : directory + "/";
        TreeMap<String, ListedEntry> all = new TreeMap<>(PathOrder.INSTANCE);
        files.forEach(
                (path, bytes) -> {
                    if (path.startsWith(prefix)) {
                        int slash = path.indexOf('/', prefix.length());
                        if (slash < 0) {
                            all.put(path.substring(prefix.length()), file(path, bytes));
                        } else {
                            String name = path.substring(prefix.length(), slash);
                            all.put(name + "/", directory(prefix + name));
                        }
                    }
                });
        Map<String, ListedEntry> rest = after == null ? all : all.tailMap(after, false);
        List<String> names = rest.keySet().stream().limit(PAGE).toList();
        return new Page(
                rest.values().stream().limit(PAGE).toList(),
                rest.size() > PAGE ? names.getLast() : null);
    }

    @Override
    public byte[] read(String path, ListedEntry version, long offset, int length)
            throws IOException {
        reads.merge(offset / BlockCache.BLOCK, 1, Integer::sum);
        verifyThere();
        byte[] bytes = files.get(path);
        if (bytes == null || !file(path, bytes).id().equals(version.id())) {
            throw new FuseException(Errno.ESTALE, path);
        }
        return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }

    private void verifyThere() throws IOException {
        if (away) {
            throw new IOException("away");
        }
    }
}
