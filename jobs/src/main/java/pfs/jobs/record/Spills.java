package pfs.jobs.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Makes temporary files in one directory, which are gone with {@link #close}, and counts their
 * bytes. Thread-safe.
 */
public final class Spills implements AutoCloseable {
    private final Path directory;
    private final AtomicLong names = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** Makes the directory, which must not hold anything else. */
    public Spills(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    /** All bytes that were ever spilled. */
    public long bytes() {
        return bytes.get();
    }

    public File create() {
        Path path = directory.resolve(Long.toString(names.incrementAndGet()));
        try {
            return new File(
                    path,
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Not an IOException: those are a worker's, and are tried again. */
    private PfsException failure(IOException e) {
        boolean full = String.valueOf(e.getMessage()).contains("No space left");
        return new PfsException(
                full ? ErrorCode.DISK_FULL : ErrorCode.STOPPED,
                "cannot write temporary files in " + directory + ": " + e.getMessage(),
                null,
                e);
    }

    /** One temporary file: written from its start, then read anywhere. Gone when it is closed. */
    public final class File implements StoredRun.Ranges {
        private final Path path;
        private final FileChannel channel;
        private long size;

        private File(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        public void append(ByteBuffer piece) throws IOException {
            bytes.addAndGet(piece.remaining());
            size += piece.remaining();
            try {
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            } catch (IOException e) {
                throw failure(e);
            }
        }

        public long size() {
            return size;
        }

        @Override
        public void read(long offset, byte[] into, int position, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(into, position, length);
            long at = offset;
            while (buffer.hasRemaining()) {
                int n = channel.read(buffer, at);
                if (n < 0) {
                    throw new IOException("a temporary file is short: " + path);
                }
                at += n;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (java.nio.file.NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(directory);
    }
}
