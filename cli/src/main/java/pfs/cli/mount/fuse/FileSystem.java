package pfs.cli.mount.fuse;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A read-only file system, as the kernel asks for it. Paths are relative, "" is the root. A {@link
 * FuseException} becomes its errno, any other IOException EIO. All methods are called by several
 * threads at once, and should end in bounded time: whoever waits for one cannot be killed.
 */
public interface FileSystem {
    /**
     * A file or directory that was opened.
     *
     * @param handle names it in what follows
     * @param lasting what was read stays true for this path, so the kernel may keep it; otherwise
     *     each read comes here
     */
    record Opened(long handle, boolean lasting) {}

    /**
     * How large all is.
     *
     * @param bytes the sum of all files
     */
    record Space(long bytes) {}

    /** Takes the entries of a directory. */
    interface Filler {
        /**
         * Adds an entry.
         *
         * @param next the offset of the entry behind it, not 0
         * @return false if there is no room for it, nor for more
         */
        boolean add(String name, Attributes attributes, long next);
    }

    /** ENOENT if nothing is there. */
    Attributes attributes(String path) throws IOException;

    /** Opens a file for reading; it stays the version that it is now. */
    Opened open(String path) throws IOException;

    /**
     * Reads as much as there is room for; fewer bytes only at the file's end.
     *
     * @return bytes
     */
    int read(long handle, long offset, ByteBuffer into) throws IOException;

    void close(long handle);

    Opened openDirectory(String path) throws IOException;

    /**
     * Lists from an offset on: 0 is the beginning, all others were given to a filler as {@code
     * next}. Entries come in one order; {@code .} and {@code ..} are among them.
     */
    void list(long handle, long offset, Filler filler) throws IOException;

    void closeDirectory(long handle);

    Space space() throws IOException;
}
