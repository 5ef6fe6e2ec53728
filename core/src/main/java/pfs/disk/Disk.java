package pfs.disk;

import java.io.IOException;
import java.util.List;

/**
 * A directory on a disk, and all that pfs does with it: the seam where tests put a disk that lies.
 * Paths are relative, with slashes between names and none at either end; "" is the directory
 * itself. Thread-safe.
 *
 * <p>Nothing survives a loss of power unless it says so: bytes need {@link DiskFile#sync}, names (a
 * new file, a rename, a deletion) need {@link #syncDirectory}. A full disk is a PfsException with
 * DISK_FULL; every other failure is an IOException, after which the fate of the call is open.
 */
public interface Disk {
    /** What an opened file is for. */
    enum Mode {
        /** Reading a file that exists. */
        READ,
        /** Reading and writing; the file is made when it is not there. */
        WRITE
    }

    /**
     * Opens a file, whose directory must exist.
     *
     * @throws java.nio.file.NoSuchFileException if it is not there
     */
    DiskFile open(String path, Mode mode) throws IOException;

    /** Bytes of a file; -1 if there is no file of that name. */
    long size(String path) throws IOException;

    /**
     * The names in a directory in the order of their bytes, directories as {@code name/}; none if
     * there is no such directory.
     */
    List<String> list(String directory) throws IOException;

    /** Makes the directory and those above it where they are missing; durable on return. */
    void makeDirectories(String directory) throws IOException;

    /** Renames a file in one step, in the place of any that had the new name. */
    void rename(String from, String to) throws IOException;

    /** Deletes a file; false if there is none. */
    boolean delete(String path) throws IOException;

    /** Returns when the directory's names, as they were before the call, are on stable storage. */
    void syncDirectory(String directory) throws IOException;

    /**
     * Takes a file as the sign that this process alone works here, until the lock is closed or the
     * process ends.
     *
     * @throws pfs.error.PfsException BUSY, naming the directory and the process that has it
     */
    Lock lock(String path) throws IOException;

    /** Bytes that can still be written. */
    long freeSpace() throws IOException;

    /** A held lock. */
    interface Lock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }
}
