package pfs.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** A directory that one process works in at a time, and that says in which form its files are. */
public final class DataDirectory {
    private DataDirectory() {}

    /**
     * Locks the directory, and says its format in the file {@code format} where it is a new one.
     *
     * @param directory the disk's, for the error
     * @param format one line, without its end
     * @throws PfsException BUSY if another process has it; CORRUPT if it has another format
     */
    public static Disk.Lock take(Disk disk, Path directory, String format) throws IOException {
        Disk.Lock lock = disk.lock("lock");
        boolean taken = false;
        try {
            verify(disk, directory, format);
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                lock.close();
            }
        }
    }

    private static void verify(Disk disk, Path directory, String format) throws IOException {
        if (disk.size("format") < 0) {
            write(disk, "format", (format + "\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        String found = new String(read(disk, "format"), StandardCharsets.UTF_8).strip();
        if (!found.equals(format)) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    directory + " has the format '" + found + "'; here '" + format + "' is meant");
        }
    }

    /** The bytes of a small file, 64 at most. */
    public static byte[] read(Disk disk, String name) throws IOException {
        try (DiskFile file = disk.open(name, Disk.Mode.READ)) {
            ByteBuffer found = ByteBuffer.allocate(64);
            file.read(found, 0);
            byte[] bytes = new byte[found.flip().remaining()];
            found.get(bytes);
            return bytes;
        }
    }

    /** Replaces a small file, whole or not at all. */
    public static void write(Disk disk, String name, byte[] bytes) throws IOException {
        String passing = name + ".new";
        disk.delete(passing);
        try (DiskFile file = disk.open(passing, Disk.Mode.WRITE)) {
            file.write(0, ByteBuffer.wrap(bytes));
            file.sync();
        }
        disk.rename(passing, name);
        disk.syncDirectory("");
    }
}
