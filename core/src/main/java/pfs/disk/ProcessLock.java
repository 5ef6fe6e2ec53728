package pfs.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * A POSIX lock on a file that holds the owner's process id. The system drops such a lock when the
 * owner closes <em>any</em> descriptor of the file, so this process must never open the file a
 * second time while it holds the lock: {@link #HELD} sees to that.
 */
final class ProcessLock implements Disk.Lock {
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    private ProcessLock(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static ProcessLock take(Path directory, String file) throws IOException {
        Path path = directory.toRealPath().resolve(file);
        if (!HELD.add(path)) {
            throw taken(path, Long.toString(ProcessHandle.current().pid()));
        }
        boolean done = false;
        try {
            ProcessLock lock = new ProcessLock(path, lockedChannel(path));
            done = true;
            return lock;
        } finally {
            if (!done) {
                HELD.remove(path);
            }
        }
    }

    private static FileChannel lockedChannel(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw taken(path, owner(channel));
            }
            channel.truncate(0);
            String pid = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)), 0);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
    }

    private static PfsException taken(Path path, String pid) {
        return new PfsException(
                ErrorCode.BUSY,
                "the directory "
                        + path.getParent()
                        + " is in use by process "
                        + (pid.isEmpty() ? "(unknown)" : pid)
                        + "; one process at a time",
                path.toString());
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            HELD.remove(path);
        }
    }
}
