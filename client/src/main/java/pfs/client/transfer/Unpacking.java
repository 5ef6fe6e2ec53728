package pfs.client.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import pfs.client.tar.TarEntry;
import pfs.client.tar.TarReader;

/**
 * Writes an archive's members below a directory. Small files are written by a few threads while the
 * archive is read on, those of one directory by one thread at a time: the kernel lets only one make
 * names in a directory, and the others would wait. Names that would lead out of the directory are
 * refused. Not thread-safe.
 */
final class Unpacking {
    private static final int SMALL = 256 * 1024;
    private static final int THREADS = 2;
    private static final int QUEUE = 4;

    /** Files and bytes that a thread takes at once; few, so that all threads have work. */
    private static final int BATCH_FILES = 128;

    private static final int BATCH_BYTES = 1 << 20;

    private final Path target;
    private final boolean fresh;
    private final Progress progress;
    private final Set<Path> made = new HashSet<>();
    private final FileTime now = FileTime.from(Instant.now());
    private List<Member> batch = new ArrayList<>();
    private int batchBytes;

    /** A small file that waits to be written. */
    private record Member(TarEntry entry, Path place, byte[] bytes) {}

    /**
     * @param fresh nothing else is in the target, so files need no detour by a rename
     */
    Unpacking(Path target, boolean fresh, Progress progress) {
        this.target = target;
        this.fresh = fresh;
        this.progress = progress;
        made.add(target);
    }

    void run(InputStream archive) throws IOException {
        TarReader tar = new TarReader(archive);
        try (Workers workers = new Workers(THREADS, QUEUE)) {
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                Path place = place(entry.path());
                if (entry.directory()) {
                    make(place);
                    continue;
                }
                progress.found(1, entry.size());
                make(parent(place));
                if (entry.size() <= SMALL) {
                    add(workers, new Member(entry, place, tar.readAll()));
                } else {
                    write(entry, place, out -> copy(tar, out));
                }
            }
            submit(workers);
            workers.finish();
        }
    }

    private void add(Workers workers, Member member) throws IOException {
        boolean elsewhere =
                !batch.isEmpty() && !parent(batch.get(0).place).equals(parent(member.place));
        if (elsewhere || batch.size() == BATCH_FILES || batchBytes >= BATCH_BYTES) {
            submit(workers);
        }
        batch.add(member);
        batchBytes += member.bytes.length;
    }

    private void submit(Workers workers) throws IOException {
        List<Member> full = batch;
        batch = new ArrayList<>();
        batchBytes = 0;
        workers.submit(
                () -> {
                    for (Member member : full) {
                        write(member.entry, member.place, out -> out.write(member.bytes));
                    }
                });
    }

    private Path place(String path) throws IOException {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf(0) >= 0) {
                throw new IOException("the server sent the name '" + path + "', which is refused");
            }
        }
        return target.resolve(path);
    }

    private static Path parent(Path place) {
        Path parent = place.getParent();
        return parent == null ? place : parent;
    }

    private void make(Path directory) throws IOException {
        if (made.add(directory)) {
            Files.createDirectories(directory);
        }
    }

    /** Gives a file its bytes. */
    private interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    private void write(TarEntry entry, Path place, Source source) throws IOException {
        Path passing = fresh ? place : parent(place).resolve(".pfs-" + UUID.randomUUID());
        try {
            // A stream of a File would ask for its attributes too, which costs a system call.
            try (OutputStream out = Files.newOutputStream(passing)) {
                source.writeTo(out);
            }
            if (entry.executable()) {
                makeExecutable(passing);
            }
            // With the other time left out, Java would ask the file for it first.
            Files.getFileAttributeView(passing, BasicFileAttributeView.class)
                    .setTimes(FileTime.from(entry.modified(), TimeUnit.NANOSECONDS), now, null);
            if (!fresh) {
                Files.move(passing, place, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            Files.deleteIfExists(passing);
            throw e;
        }
        progress.done(1, entry.size());
    }

    /** Whoever may read it may execute it, so that the user's umask still holds. */
    static void makeExecutable(Path file) throws IOException {
        Set<PosixFilePermission> bits = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        bits.add(PosixFilePermission.OWNER_EXECUTE);
        if (bits.contains(PosixFilePermission.GROUP_READ)) {
            bits.add(PosixFilePermission.GROUP_EXECUTE);
        }
        if (bits.contains(PosixFilePermission.OTHERS_READ)) {
            bits.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        Files.setPosixFilePermissions(file, bits);
    }

    private static void copy(TarReader tar, OutputStream out) throws IOException {
        byte[] buffer = new byte[SMALL];
        for (int n = tar.read(buffer, 0, SMALL); n >= 0; n = tar.read(buffer, 0, SMALL)) {
            out.write(buffer, 0, n);
        }
    }
}
