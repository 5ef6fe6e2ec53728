package pfs.client.transfer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pfs.api.MediaTypes;
import pfs.client.PfsClient;
import pfs.client.http.Response;

/**
 * Fetches a tree of files. A directory that is not there is made beside its place and appears
 * whole, when all is written; into one that is there each file is put whole, by a rename.
 */
public final class Download {
    private static final int BUFFER = 256 * 1024;

    private final PfsClient client;
    private final Progress progress;

    public Download(PfsClient client, Progress progress) {
        this.client = client;
        this.progress = progress;
    }

    /**
     * Fetches all below a directory of the repo ("" is its root).
     *
     * @param commit a ref expression; null for the branch as it stands
     */
    public void tree(String directory, @Nullable String commit, Path target) throws IOException {
        if (Files.isDirectory(target)) {
            fetch(directory, commit, target, false);
            return;
        }
        if (Files.exists(target)) {
            throw new IOException(target + " is there, and is no directory");
        }
        Path absolute = target.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IOException("cannot write " + target);
        }
        Files.createDirectories(parent);
        Path passing = parent.resolve(".pfs-" + UUID.randomUUID());
        Files.createDirectory(passing);
        Thread cleaner = new Thread(() -> Trees.delete(passing));
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            fetch(directory, commit, passing, true);
            Files.move(passing, absolute);
        } finally {
            Trees.delete(passing);
            Runtime.getRuntime().removeShutdownHook(cleaner);
        }
    }

    /** Fetches one file, with its time and its executable bit; it appears whole or not at all. */
    public void file(String path, @Nullable String commit, Path target) throws IOException {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("cannot write " + target);
        }
        Files.createDirectories(parent);
        Path passing = parent.resolve(".pfs-" + UUID.randomUUID());
        try (Response response = client.get(path, commit)) {
            long size = response.header("content-length").map(Long::parseLong).orElse(0L);
            progress.found(1, size);
            Files.copy(response.body(), passing);
            if (response.header("pfs-executable").isPresent()) {
                Unpacking.makeExecutable(passing);
            }
            @Nullable FileTime time = modified(response);
            if (time != null) {
                Files.setLastModifiedTime(passing, time);
            }
            Files.move(passing, target, StandardCopyOption.ATOMIC_MOVE);
            progress.done(1, size);
        } finally {
            Files.deleteIfExists(passing);
        }
    }

    private static @Nullable FileTime modified(Response response) {
        String date = response.header("last-modified").orElse("");
        try {
            return FileTime.from(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private void fetch(String directory, @Nullable String commit, Path target, boolean fresh)
            throws IOException {
        String path = directory.isEmpty() ? "" : directory + "/";
        try (Response response =
                client.send(
                        client.file("GET", path, client.onBranch().and("commit", commit))
                                .with("Accept", MediaTypes.TAR))) {
            Unpacking unpacking = new Unpacking(target, fresh, progress);
            unpacking.run(new BufferedInputStream(response.body(), BUFFER));
        }
    }
}
