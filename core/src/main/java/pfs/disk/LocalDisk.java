package pfs.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** A directory of the machine's own file system. */
public final class LocalDisk implements Disk {
    private final Path root;

    /** Makes the directory, durably, where it is missing. */
    public LocalDisk(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        makeAll(this.root);
    }

    /** The directory, absolute. */
    public Path root() {
        return root;
    }

    private Path resolve(String path) {
        return path.isEmpty() ? root : root.resolve(path);
    }

    @Override
    public DiskFile open(String path, Mode mode) throws IOException {
        return LocalFile.open(resolve(path), mode);
    }

    @Override
    public long size(String path) throws IOException {
        Path file = resolve(path);
        try {
            return Files.isRegularFile(file) ? Files.size(file) : -1;
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    @Override
    public List<String> list(String directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(resolve(directory))) {
            for (Path path : stream) {
                names.add(path.getFileName() + (Files.isDirectory(path) ? "/" : ""));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public void makeDirectories(String directory) throws IOException {
        makeAll(resolve(directory));
    }

    private static void makeAll(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path at = directory;
        while (at != null && !Files.isDirectory(at)) {
            missing.push(at);
            at = at.getParent();
        }
        for (Path path : missing) {
            try {
                Files.createDirectory(path);
            } catch (java.nio.file.FileAlreadyExistsException e) {
                if (!Files.isDirectory(path)) {
                    throw e;
                }
            } catch (IOException e) {
                throw failure(e, path, 4096);
            }
            Path parent = path.getParent();
            if (parent != null) {
                sync(parent);
            }
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Path target = resolve(to);
        try {
            Files.move(
                    resolve(from),
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(e, target, 4096);
        }
    }

    @Override
    public boolean delete(String path) throws IOException {
        return Files.deleteIfExists(resolve(path));
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
        sync(resolve(directory));
    }

    private static void sync(Path directory) throws IOException {
        Uninterrupted.run(
                () -> {
                    try (FileChannel channel =
                            FileChannel.open(directory, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                });
    }

    @Override
    public Lock lock(String path) throws IOException {
        return ProcessLock.take(root, path);
    }

    @Override
    public long freeSpace() throws IOException {
        return Files.getFileStore(root).getUsableSpace();
    }

    /**
     * The exception to throw for one from the system: DISK_FULL if that was it. The system's text
     * may be in any language, so a disk without room for what was to be written counts as well.
     */
    static IOException failure(IOException e, Path path, long wanted) {
        String text = String.valueOf(e.getMessage());
        boolean full = text.contains("No space left") || text.contains("quota exceeded");
        if (!full) {
            try {
                full = Files.getFileStore(path).getUsableSpace() < wanted;
            } catch (IOException _) {
                full = false;
            }
        }
        if (full) {
            throw new PfsException(
                    ErrorCode.DISK_FULL,
                    "the disk is full: no room for " + wanted + " bytes in " + path,
                    path.toString(),
                    e);
        }
        return e;
    }
}
