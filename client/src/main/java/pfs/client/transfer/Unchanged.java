package pfs.client.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pfs.api.Defaults;
import pfs.api.ListedEntry;
import pfs.client.tar.TarEntry;

/**
 * Decides whether the server has a file already. Size and time to the nanosecond say yes, as for
 * rsync; else, and always with {@code byContent}, a small file's SHA-256, which is its content id;
 * a large file whose time differs is sent, and the server stores only what is new of it.
 */
final class Unchanged {
    private final boolean byContent;

    Unchanged(boolean byContent) {
        this.byContent = byContent;
    }

    boolean test(LocalFile local, ListedEntry remote) {
        TarEntry here = local.entry();
        boolean remoteDirectory = remote.type() == ListedEntry.Type.DIRECTORY;
        if (here.directory() || remoteDirectory) {
            return here.directory() == remoteDirectory;
        }
        if (here.size() != remote.size() || here.executable() != remote.executable()) {
            return false;
        }
        if (!byContent && sameTime(here.modified(), remote.modified())) {
            return true;
        }
        return here.size() <= Defaults.SINGLE_CHUNK && remote.id().equals(id(local.file()));
    }

    private static boolean sameTime(long nanos, @Nullable Instant time) {
        return time != null
                && time.getEpochSecond() == Math.floorDiv(nanos, 1_000_000_000L)
                && time.getNano() == Math.floorMod(nanos, 1_000_000_000L);
    }

    /** Empty if it cannot be read: the sending of it will say why. */
    private static String id(Path file) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return java.util.HexFormat.of().formatHex(digest);
        } catch (IOException e) {
            return "";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
