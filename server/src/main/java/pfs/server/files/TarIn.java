package pfs.server.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.error.PfsException;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.server.http.Body;
import pfs.server.http.Refusal;
import pfs.tree.FileEntry;
import pfs.tree.TreePath;

/** Unpacks one tar (ustar, GNU or pax) into a directory: all of it or nothing. Not thread-safe. */
final class TarIn {
    private static final int BUFFER = 64 * 1024;

    private final Repos repos;
    private final Repo.Unpacking unpacking;
    private final String directory;
    private final byte[] buffer = new byte[BUFFER];
    private long files;
    private long bytes;

    TarIn(Repos repos, Repo.Unpacking unpacking, String directory) {
        this.repos = repos;
        this.unpacking = unpacking;
        this.directory = directory;
    }

    long files() {
        return files;
    }

    long bytes() {
        return bytes;
    }

    /** Reads to the end of the body; the caller finishes the unpacking. */
    void read(InputStream body, boolean gzipped) throws IOException {
        InputStream plain = gzipped ? unzip(body) : new BufferedInputStream(body, BUFFER);
        // Not closed: the body belongs to its request.
        TarArchiveInputStream tar = new TarArchiveInputStream(plain, "UTF-8");
        TarArchiveEntry entry = next(tar);
        while (entry != null) {
            take(tar, entry);
            entry = next(tar);
        }
        drop(plain);
    }

    private static InputStream unzip(InputStream body) throws IOException {
        try {
            return new BufferedInputStream(new GZIPInputStream(body, BUFFER), BUFFER);
        } catch (ZipException e) {
            throw Refusal.invalid(
                    "the body is not gzip, as its Content-Encoding says: " + e.getMessage());
        }
    }

    private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
        try {
            return tar.getNextEntry();
        } catch (Body.BrokenBodyException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw notTar(e);
        }
    }

    private static Refusal notTar(Exception e) throws IOException {
        if (e.getCause() instanceof Body.BrokenBodyException broken) {
            throw broken;
        }
        return Refusal.invalid(
                "the body is no tar that is understood: "
                        + e.getMessage()
                        + "; nothing was stored");
    }

    private void take(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        String name = clean(entry.getName());
        if (entry.isDirectory()) {
            if (!name.isEmpty()) {
                unpacking.directory(path(name, entry));
            }
            return;
        }
        String kind = refused(entry);
        if (kind != null) {
            throw Refusal.invalid(
                    "'"
                            + entry.getName()
                            + "' in the tar is "
                            + kind
                            + "; only files and directories can be stored; nothing was");
        }
        String path = path(name, entry);
        Content content = content(tar);
        boolean executable = (entry.getMode() & 0111) != 0;
        long modified = entry.getLastModifiedTime().to(TimeUnit.NANOSECONDS);
        unpacking.file(path, new FileEntry(content, executable, modified, null, Map.of()));
        files++;
        bytes += content.size();
    }

    private static @Nullable String refused(TarArchiveEntry entry) {
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

    /** Without the {@code ./} that tar puts before names, and a directory's slash. */
    private static String clean(String name) {
        int start = 0;
        while (name.startsWith("./", start)) {
            start += 2;
        }
        int end = name.endsWith("/") && name.length() > start ? name.length() - 1 : name.length();
        String clean = name.substring(start, end);
        return clean.equals(".") ? "" : clean;
    }

    /** The name, checked: it stays below the directory. */
    private String path(String name, TarArchiveEntry entry) {
        try {
            TreePath.verify(name);
            TreePath.verify(TreePath.join(directory, name));
            return name;
        } catch (PfsException e) {
            throw new PfsException(
                    e.code(),
                    "'"
                            + entry.getName()
                            + "' in the tar: "
                            + e.getMessage()
                            + "; nothing was stored",
                    entry.getName());
        }
    }

    private Content content(TarArchiveInputStream tar) throws IOException {
        try (ContentWriter writer = repos.newContent()) {
            int n = fill(tar);
            while (n >= 0) {
                writer.write(ByteBuffer.wrap(buffer, 0, n));
                n = fill(tar);
            }
            return writer.finish();
        }
    }

    private int fill(TarArchiveInputStream tar) throws IOException {
        try {
            return tar.read(buffer, 0, buffer.length);
        } catch (Body.BrokenBodyException e) {
            throw e;
        } catch (IOException e) {
            throw notTar(e);
        }
    }

    private void drop(InputStream rest) throws IOException {
        int n = rest.read(buffer, 0, buffer.length);
        while (n >= 0) {
            n = rest.read(buffer, 0, buffer.length);
        }
    }
}
