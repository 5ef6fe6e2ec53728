package pfs.server.files;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The members of a tar, one after the other: the usual ones are read by {@link TarHead}, which is
 * quicker than the library; from the first unusual one on the library reads the rest. Whatever is
 * damaged is unusual, so that it says what is wrong. Not thread-safe.
 */
final class TarMembers {
    private final BufferedInputStream in;
    private final TarHead head = new TarHead();
    private @Nullable TarArchiveInputStream rest;
    private long left;
    private int padding;

    /**
     * @param in not closed here
     */
    TarMembers(BufferedInputStream in) {
        this.in = in;
    }

    /**
     * What stands before a member's bytes.
     *
     * @param refused what it is, if it is neither file nor directory
     * @param modified nanoseconds since 1970-01-01T00:00Z
     */
    record Member(
            String name,
            boolean directory,
            @Nullable String refused,
            boolean executable,
            long modified) {}

    /** The next member, whose bytes are still to be read; null at the archive's end. */
    @Nullable Member next() throws IOException {
        if (rest == null) {
            skip();
            in.mark(TarHead.LONGEST);
            if (head.read(in)) {
                left = head.size();
                padding = (int) (-left & (TarHead.BLOCK - 1));
                return new Member(
                        head.name(), head.directory(), null, head.executable(), head.modified());
            }
            in.reset();
            rest = new TarArchiveInputStream(in, "UTF-8");
        }
        TarArchiveEntry entry = rest.getNextEntry();
        return entry == null ? null : member(entry);
    }

    private void skip() throws IOException {
        try {
            in.skipNBytes(left + padding);
        } catch (EOFException e) {
            throw new EOFException("Truncated TAR archive");
        }
        left = 0;
        padding = 0;
    }

    private static Member member(TarArchiveEntry entry) {
        return new Member(
                entry.getName(),
                entry.isDirectory(),
                entry.isDirectory() ? null : refused(entry),
                (entry.getMode() & 0111) != 0,
                entry.getLastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    /** What a member is that is no file; null for a file. */
    static @Nullable String refused(TarArchiveEntry entry) {
        if (entry.isSymbolicLink()) {
            return "a symbolic link to '" + entry.getLinkName() + "'";
        }
        if (entry.isLink()) {
            return "a hard link to '" + entry.getLinkName() + "'";
        }
        if (entry.isBlockDevice() || entry.isCharacterDevice()) {
            return "a device";
        }
        if (entry.isFIFO()) {
            return "a named pipe";
        }
        boolean file = entry.isFile() || entry.getLinkFlag() == '7';
        return file ? null : "of the special type '" + (char) entry.getLinkFlag() + "'";
    }

    /** Reads some of the member's bytes; -1 after the last. */
    int read(byte[] into) throws IOException {
        if (rest != null) {
            return rest.read(into, 0, into.length);
        }
        if (left == 0) {
            return -1;
        }
        int n = in.read(into, 0, (int) Math.min(into.length, left));
        if (n < 0) {
            throw new EOFException("Truncated TAR archive");
        }
        left -= n;
        return n;
    }
}
