package pfs.pack;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.disk.Disk;
import pfs.disk.DiskFile;

/**
 * Files kept open for reading, the least recently used closed when there are too many. Thread-safe;
 * finding an open file takes no lock.
 */
final class OpenFiles implements AutoCloseable {
    /** Files kept open; a process usually may have 1,024, sockets among them. */
    static final int LIMIT = 400;

    private final Disk disk;
    private final int limit;
    private final ConcurrentHashMap<String, Handle> handles = new ConcurrentHashMap<>();
    private final AtomicLong uses = new AtomicLong();
    private final ReentrantLock opening = new ReentrantLock();

    OpenFiles(Disk disk, int limit) {
        this.disk = disk;
        this.limit = limit;
    }

    /** A file in use, which stays open until this is closed. */
    interface Use extends AutoCloseable {
        DiskFile file();

        @Override
        void close() throws IOException;
    }

    /** One open file; it is closed when nobody uses it and the table has let it go. */
    private static final class Handle implements Use {
        private final DiskFile file;

        /** Users, and one more for the table; 0: closed for good. */
        private final AtomicInteger holders = new AtomicInteger(1);

        private volatile long lastUse;

        Handle(DiskFile file) {
            this.file = file;
        }

        boolean acquire() {
            return holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) != 0;
        }

        @Override
        public DiskFile file() {
            return file;
        }

        @Override
        public void close() throws IOException {
            if (holders.decrementAndGet() == 0) {
                file.close();
            }
        }
    }

    Use use(String path) throws IOException {
        Handle handle = handles.get(path);
        if (handle == null || !handle.acquire()) {
            handle = openAgain(path);
        }
        handle.lastUse = uses.incrementAndGet();
        return handle;
    }

    private Handle openAgain(String path) throws IOException {
        opening.lock();
        try {
            Handle other = handles.get(path);
            if (other != null && other.acquire()) {
                return other;
            }
            while (handles.size() >= limit) {
                closeOldest();
            }
            Handle handle = new Handle(disk.open(path, Disk.Mode.READ));
            handle.acquire();
            handles.put(path, handle);
            return handle;
        } finally {
            opening.unlock();
        }
    }

    /** Closes a sixteenth of the files at once, so that the sorting is paid for rarely. */
    private void closeOldest() throws IOException {
        List<String> paths = new ArrayList<>(handles.keySet());
        paths.sort(Comparator.comparingLong(this::lastUse));
        for (String path : paths.subList(0, Math.max(1, paths.size() / 16))) {
            letGo(handles.remove(path));
        }
    }

    /** Files open now, but for those that wait for their last user. */
    int size() {
        return handles.size();
    }

    private long lastUse(String path) {
        Handle handle = handles.get(path);
        return handle == null ? 0 : handle.lastUse;
    }

    private static void letGo(@Nullable Handle handle) throws IOException {
        if (handle != null) {
            handle.close();
        }
    }

    /** Must be called when the file has been deleted. */
    void forget(String path) throws IOException {
        opening.lock();
        try {
            letGo(handles.remove(path));
        } finally {
            opening.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        opening.lock();
        try {
            for (String path : List.copyOf(handles.keySet())) {
                letGo(handles.remove(path));
            }
        } finally {
            opening.unlock();
        }
    }
}
