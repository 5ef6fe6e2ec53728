package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Packs in memory, for tests. Blobs are smaller than 2 GiB. */
public final class MemoryPackStore implements AppendablePackStore {
    private final NavigableMap<String, Blob> blobs = new ConcurrentSkipListMap<>();
    private final Set<String> appended = ConcurrentHashMap.newKeySet();

    /** Bytes that grow; guarded by itself. */
    private static final class Blob {
        private byte[] bytes = new byte[64];
        private int size;

        synchronized void append(ByteBuffer... parts) {
            int end = size;
            for (ByteBuffer part : parts) {
                end = Math.addExact(end, part.remaining());
            }
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, end + end / 2));
            }
            for (ByteBuffer part : parts) {
                int length = part.remaining();
                part.get(bytes, size, length);
                size += length;
            }
        }

        synchronized int read(long offset, ByteBuffer into) {
            if (offset >= size) {
                return -1;
            }
            int length = (int) Math.min(into.remaining(), size - offset);
            into.put(bytes, (int) offset, length);
            return length;
        }

        synchronized int size() {
            return size;
        }

        synchronized void truncate(long newSize) {
            if (newSize > size) {
                throw new IllegalArgumentException("cannot cut " + size + " bytes to " + newSize);
            }
            size = (int) newSize;
        }
    }

    @Override
    public boolean put(String name, ByteBuffer... parts) {
        Blob blob = new Blob();
        blob.append(parts);
        return blobs.putIfAbsent(PackNames.verify(name), blob) == null;
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        @Nullable Blob blob = blobs.get(PackNames.verify(name));
        if (blob == null) {
            throw new NoSuchFileException(name);
        }
        return blob.read(offset, into);
    }

    @Override
    public long size(String name) {
        @Nullable Blob blob = blobs.get(PackNames.verify(name));
        return blob == null ? -1 : blob.size();
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
        boolean fromPrefix = prefix.compareTo(after) > 0;
        return blobs.tailMap(fromPrefix ? prefix : after, fromPrefix).keySet().stream()
                .takeWhile(name -> name.startsWith(prefix))
                .limit(limit)
                .toList();
    }

    @Override
    public boolean delete(String name) {
        return blobs.remove(PackNames.verify(name)) != null;
    }

    @Override
    public Appender append(String name) {
        Blob blob = blobs.computeIfAbsent(PackNames.verify(name), _ -> new Blob());
        if (!appended.add(name)) {
            throw new IllegalStateException("blob " + name + " has an appender already");
        }
        return new MemoryAppender(name, blob);
    }

    private final class MemoryAppender implements Appender {
        private final String name;
        private final Blob blob;

        MemoryAppender(String name, Blob blob) {
            this.name = name;
            this.blob = blob;
        }

        @Override
        public long size() {
            return blob.size();
        }

        @Override
        public void append(ByteBuffer... parts) {
            blob.append(parts);
        }

        @Override
        public void sync() {}

        @Override
        public void truncate(long size) {
            blob.truncate(size);
        }

        @Override
        public void close() {
            appended.remove(name);
        }
    }

    @Override
    public void close() {}
}
