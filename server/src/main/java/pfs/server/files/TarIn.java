package pfs.server.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.error.PfsException;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.server.files.TarMembers.Member;
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
        BufferedInputStream plain = gzipped ? unzip(body) : new BufferedInputStream(body, BUFFER);
        // Not closed: the body belongs to its request.
        TarMembers members = new TarMembers(plain);
        Member member = next(members);
        while (member != null) {
            take(members, member);
            member = next(members);
        }
        drop(plain);
    }

    private static BufferedInputStream unzip(InputStream body) throws IOException {
        try {
            return new BufferedInputStream(new GZIPInputStream(body, BUFFER), BUFFER);
        } catch (ZipException e) {
            throw Refusal.invalid(
                    "the body is not gzip, as its Content-Encoding says: " + e.getMessage());
        }
    }

    private static @Nullable Member next(TarMembers members) throws IOException {
        try {
            return members.next();
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

    private void take(TarMembers members, Member member) throws IOException {
        String name = clean(member.name());
        if (member.directory()) {
            if (!name.isEmpty()) {
                unpacking.directory(path(name, member));
            }
            return;
        }
        if (member.refused() != null) {
            throw Refusal.invalid(
                    "'"
                            + member.name()
                            + "' in the tar is "
                            + member.refused()
                            + "; only files and directories can be stored; nothing was");
        }
        String path = path(name, member);
        Content content = content(members);
        unpacking.file(
                path,
                new FileEntry(content, member.executable(), member.modified(), null, Map.of()));
        files++;
        bytes += content.size();
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
    private String path(String name, Member member) {
        try {
            TreePath.verify(name);
            TreePath.verify(TreePath.join(directory, name));
            return name;
        } catch (PfsException e) {
            throw new PfsException(
                    e.code(),
                    "'"
                            + member.name()
                            + "' in the tar: "
                            + e.getMessage()
                            + "; nothing was stored",
                    member.name());
        }
    }

    private Content content(TarMembers members) throws IOException {
        try (ContentWriter writer = repos.newContent()) {
            int n = fill(members);
            while (n >= 0) {
                writer.write(ByteBuffer.wrap(buffer, 0, n));
                n = fill(members);
            }
            return writer.finish();
        }
    }

    private int fill(TarMembers members) throws IOException {
        try {
            return members.read(buffer);
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
