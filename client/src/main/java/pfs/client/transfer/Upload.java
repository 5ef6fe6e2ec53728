package pfs.client.transfer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;
import pfs.api.MediaTypes;
import pfs.api.PathOrder;
import pfs.client.PfsClient;
import pfs.client.RefusedException;
import pfs.client.http.Body;
import pfs.client.tar.TarEntry;
import pfs.client.tar.TarWriter;

/**
 * Sends a tree of files. What the server has already is left out; the rest goes as tar archives of
 * a few MiB, a few at a time, each of which is unpacked whole or not at all; so a file is never
 * there in part. A large file is an archive of its own.
 */
public final class Upload {
    /** Files and bytes of an archive of many files. */
    private static final int BATCH_FILES = 1000;

    private static final long BATCH_BYTES = 4 << 20;

    /** Files from this size on are streamed, not held in memory. */
    private static final long LARGE = 1 << 20;

    private static final int BUFFER = 256 * 1024;

    private final PfsClient client;
    private final Progress progress;
    private final boolean follow;
    private final Unchanged unchanged;

    /**
     * @param follow symbolic links are followed instead of skipped
     * @param byContent files are compared by their bytes' hash, never by time alone
     */
    public Upload(PfsClient client, boolean follow, boolean byContent, Progress progress) {
        this.client = client;
        this.follow = follow;
        this.unchanged = new Unchanged(byContent);
        this.progress = progress;
    }

    /**
     * Sends all below a local directory to a directory of the branch ("" is its root). Failures of
     * single files are told to the progress; what stops everything is thrown.
     */
    public void tree(Path root, String target) throws IOException {
        LocalTree local = new LocalTree(root, target, follow, progress);
        try (Workers workers = new Workers();
                RemoteTree remote = new RemoteTree(client, target)) {
            List<LocalFile> batch = new ArrayList<>();
            long bytes = 0;
            ListedEntry there = remote.next();
            for (LocalFile here = local.next(); here != null; here = local.next()) {
                int order = -1;
                while (there != null && (order = order(there, here)) < 0) {
                    there = remote.next();
                }
                if (there != null && order == 0 && unchanged.test(here, there)) {
                    continue;
                }
                long size = here.entry().size();
                progress.found(here.entry().directory() ? 0 : 1, size);
                if (size >= LARGE) {
                    LocalFile large = here;
                    workers.submit(() -> sendAlone(large));
                    continue;
                }
                batch.add(here);
                bytes += size + TarEntry.BLOCK;
                if (batch.size() >= BATCH_FILES || bytes >= BATCH_BYTES) {
                    List<LocalFile> full = batch;
                    workers.submit(() -> sendTogether(full));
                    batch = new ArrayList<>();
                    bytes = 0;
                }
            }
            List<LocalFile> rest = batch;
            if (!rest.isEmpty()) {
                workers.submit(() -> sendTogether(rest));
            }
            workers.finish();
        }
    }

    /** Sends one local file, with its time and its executable bit. */
    public void file(Path file, String target) throws IOException {
        TarEntry entry = LocalTree.entry(target, Files.readAttributes(file, Attributes.of(file)));
        progress.found(1, entry.size());
        send(new LocalFile(file, entry));
        progress.done(1, entry.size());
    }

    private static int order(ListedEntry there, LocalFile here) {
        String key = there.type() == ListedEntry.Type.DIRECTORY ? there.path() + "/" : there.path();
        return PathOrder.INSTANCE.compare(key, here.key());
    }

    private void sendAlone(LocalFile file) throws IOException {
        try {
            send(file);
            progress.done(file.entry().directory() ? 0 : 1, file.entry().size());
        } catch (RefusedException e) {
            if (isFatal(e)) {
                throw e;
            }
            progress.failed(file.file().toString(), Failures.reason(e));
        } catch (UnreadableException e) {
            progress.failed(file.file().toString(), e.reason());
        }
    }

    private void send(LocalFile file) throws IOException {
        try {
            put(new Archive(file));
        } catch (UnreadableException e) {
            if (!e.changed()) {
                throw e;
            }
            // It grew or shrank while it was read: once more, as it is now.
            TarEntry again =
                    LocalTree.entry(
                            file.entry().path(),
                            Files.readAttributes(file.file(), Attributes.of(file.file())));
            put(new Archive(new LocalFile(file.file(), again)));
        }
    }

    /** An archive of many; if the server refuses it, each by itself, to learn which it was. */
    private void sendTogether(List<LocalFile> files) throws IOException {
        Batch archive = new Batch();
        List<LocalFile> sent = new ArrayList<>(files.size());
        long bytes = 0;
        TarWriter tar = new TarWriter(archive);
        for (LocalFile file : files) {
            byte[] content = new byte[0];
            if (!file.entry().directory()) {
                try {
                    content = Files.readAllBytes(file.file());
                } catch (IOException e) {
                    progress.failed(file.file().toString(), Failures.reason(e));
                    continue;
                }
            }
            TarEntry e = file.entry();
            tar.member(
                    new TarEntry(
                            e.path(), e.directory(), content.length, e.modified(), e.executable()),
                    content);
            sent.add(file);
            bytes += content.length;
        }
        tar.finish();
        try {
            put(archive.body());
            progress.done(sent.stream().filter(f -> !f.entry().directory()).count(), bytes);
        } catch (RefusedException e) {
            if (isFatal(e)) {
                throw e;
            }
            for (LocalFile file : sent) {
                sendAlone(file);
            }
        }
    }

    /** Answers that will be the same for every other file. */
    private static boolean isFatal(RefusedException e) {
        return e.status() == 401 || e.status() == 403 || e.status() >= 500;
    }

    private void put(Body archive) throws IOException {
        client.send(
                        client.file("PUT", "", client.onBranch())
                                .with("Content-Type", MediaTypes.TAR)
                                .with(archive))
                .close();
    }

    /** An archive in memory. */
    private static final class Batch extends ByteArrayOutputStream {
        Batch() {
            super((int) BATCH_BYTES + BUFFER);
        }

        Body body() {
            return new Body.Bytes(buf, count);
        }
    }

    /** An archive of one file or empty directory, read as it is sent. */
    private record Archive(LocalFile file) implements Body {
        @Override
        public long length() {
            return TarWriter.lengthAlone(file.entry());
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            TarWriter tar = new TarWriter(out);
            tar.header(file.entry());
            if (!file.entry().directory()) {
                copy(out);
            }
            tar.pad(file.entry().size());
            tar.finish();
        }

        private void copy(OutputStream out) throws IOException {
            long size = file.entry().size();
            byte[] buffer = new byte[(int) Math.min(size + 1, BUFFER)];
            long left = size;
            try (InputStream in = open()) {
                while (true) {
                    int n = read(in, buffer);
                    if (n < 0 && left == 0) {
                        return;
                    }
                    left -= n;
                    if (n < 0 || left < 0) {
                        throw new UnreadableException("it changed while it was read", true, null);
                    }
                    out.write(buffer, 0, n);
                }
            }
        }

        private InputStream open() throws UnreadableException {
            try {
                return Files.newInputStream(file.file());
            } catch (IOException e) {
                throw new UnreadableException(Failures.reason(e), false, e);
            }
        }

        private static int read(InputStream in, byte[] buffer) throws UnreadableException {
            try {
                return in.read(buffer);
            } catch (IOException e) {
                throw new UnreadableException(Failures.reason(e), false, e);
            }
        }
    }

    /** The local file cannot be read, or not as a whole. */
    private static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;
        private final String reason;
        private final boolean changed;

        UnreadableException(String reason, boolean changed, @Nullable IOException cause) {
            super(reason, cause);
            this.reason = reason;
            this.changed = changed;
        }

        String reason() {
            return reason;
        }

        boolean changed() {
            return changed;
        }
    }
}
