package pfs.server.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Date;
import java.util.Iterator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import pfs.chunk.ContentReader;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

/** Writes entries as a tar (POSIX.1-2001, pax for long and non-ASCII names), as they come. */
final class TarOut {
    private final ContentReader contents;
    private final OutputStream out;

    TarOut(ContentReader contents, OutputStream out) {
        this.contents = contents;
        this.out = out;
    }

    /**
     * @param cut characters to leave out of the beginning of each path
     */
    void write(Iterator<PathEntry> entries, int cut) throws IOException {
        // Not closed when it fails: a tar that broke off must not look whole.
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        WritableByteChannel channel = Channels.newChannel(tar);
        while (entries.hasNext()) {
            PathEntry next = entries.next();
            String name = next.path().substring(cut);
            switch (next.entry()) {
                case FileEntry file -> {
                    tar.putArchiveEntry(header(name, file));
                    contents.read(file.content(), 0, file.content().size(), channel::write);
                    tar.closeArchiveEntry();
                }
                case DirectoryEntry _ -> {
                    TarArchiveEntry entry = new TarArchiveEntry(name + "/");
                    entry.setMode(0755);
                    tar.putArchiveEntry(entry);
                    tar.closeArchiveEntry();
                }
            }
        }
        tar.finish();
    }

    private static TarArchiveEntry header(String name, FileEntry file) {
        // Given a file's flag, a name that begins with a slash or ends with one stays as it is.
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(file.content().size());
        entry.setMode(file.executable() ? 0755 : 0644);
        entry.setModTime(new Date(Math.floorDiv(file.modified(), 1_000_000_000L) * 1000));
        return entry;
    }
}
