package pfs.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file of a {@link LocalDisk}. Java closes a channel under the thread that is interrupted in it,
 * for all its users; so the channel is opened again and the call repeated, and the thread finds
 * itself interrupted afterwards.
 */
final class LocalFile implements DiskFile {
    private static final Set<StandardOpenOption> READING = Set.of(StandardOpenOption.READ);
    private static final Set<StandardOpenOption> WRITING =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    private static final Set<StandardOpenOption> WRITING_AGAIN =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);

    private final Path path;
    private final Mode mode;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guards the position of the channel, which gathering writes need. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile FileChannel channel;
    private volatile boolean closed;

    private enum Mode {
        READ,
        WRITE
    }

    private LocalFile(Path path, Mode mode, FileChannel channel) {
        this.path = path;
        this.mode = mode;
        this.channel = channel;
    }

    static LocalFile open(Path path, Disk.Mode mode) throws IOException {
        try {
            return switch (mode) {
                case READ -> new LocalFile(path, Mode.READ, FileChannel.open(path, READING));
                case WRITE -> new LocalFile(path, Mode.WRITE, FileChannel.open(path, WRITING));
            };
        } catch (IOException e) {
            throw mode == Disk.Mode.WRITE ? LocalDisk.failure(e, path, 4096) : e;
        }
    }

    private interface Call {
        long on(FileChannel channel) throws IOException;
    }

    /** Calls until no interrupt came between; the call must be one that can be repeated. */
    private long repeat(Call call) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel open = channel;
                try {
                    return call.on(open);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(open, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void reopen(FileChannel broken, ClosedChannelException why) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw why;
            }
            if (channel == broken) {
                channel = FileChannel.open(path, mode == Mode.READ ? READING : WRITING_AGAIN);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
        if (!into.hasRemaining()) {
            return offset >= size() ? -1 : 0;
        }
        int start = into.position();
        while (into.hasRemaining()) {
            int at = into.position();
            long n =
                    repeat(
                            open -> {
                                into.position(at);
                                return open.read(into, offset + (at - start));
                            });
            if (n < 0) {
                break;
            }
        }
        int done = into.position() - start;
        return done == 0 ? -1 : done;
    }

    @Override
    public void write(long offset, ByteBuffer... parts) throws IOException {
        long total = 0;
        int[] starts = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            starts[i] = parts[i].position();
            total += parts[i].remaining();
        }
        long wanted = total;
        writing.lock();
        try {
            repeat(
                    open -> {
                        for (int i = 0; i < parts.length; i++) {
                            parts[i].position(starts[i]);
                        }
                        return writeAll(open, offset, wanted, parts);
                    });
        } catch (IOException e) {
            throw LocalDisk.failure(e, path, wanted);
        } finally {
            writing.unlock();
        }
    }

    private static long writeAll(FileChannel open, long offset, long wanted, ByteBuffer[] parts)
            throws IOException {
        if (parts.length == 1) {
            long at = offset;
            while (parts[0].hasRemaining()) {
                at += open.write(parts[0], at);
            }
            return wanted;
        }
        open.position(offset);
        long left = wanted;
        while (left > 0) {
            left -= open.write(parts);
        }
        return wanted;
    }

    @Override
    public void sync() throws IOException {
        Uninterrupted.run(() -> repeat(LocalFile::force));
    }

    private static long force(FileChannel open) throws IOException {
        open.force(false);
        return 0;
    }

    @Override
    public long size() throws IOException {
        return repeat(FileChannel::size);
    }

    @Override
    public void truncate(long size) throws IOException {
        repeat(open -> open.truncate(size).size());
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            channel.close();
        } finally {
            lock.unlock();
        }
    }
}
