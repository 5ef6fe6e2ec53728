package pfs.client.transfer;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pfs.api.Defaults;
import pfs.api.PathOrder;
import pfs.client.tar.TarEntry;

/**
 * The files below a local directory, and the directories that are empty, in the order of listings;
 * holds the names of one directory a level. Symbolic links are skipped, or followed when told to;
 * what is neither file nor directory is skipped. Not thread-safe.
 */
final class LocalTree {
    private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};
    private static final LinkOption[] FOLLOW = {};

    private final LinkOption[] links;
    private final Class<? extends BasicFileAttributes> attributes;
    private final Progress progress;
    private final Deque<Level> levels = new ArrayDeque<>();

    /** A directory that is being walked. */
    private record Level(@Nullable Object key, Iterator<Child> children) {}

    private record Child(String key, String path, Path file, BasicFileAttributes attributes) {}

    /**
     * @param target where the root goes in the repo; "" is the repo's own root
     */
    LocalTree(Path root, String target, boolean follow, Progress progress) throws IOException {
        this.links = follow ? FOLLOW : NO_FOLLOW;
        this.progress = progress;
        this.attributes =
                Files.getFileStore(root).supportsFileAttributeView("posix")
                        ? PosixFileAttributes.class
                        : BasicFileAttributes.class;
        BasicFileAttributes of = Files.readAttributes(root, attributes);
        levels.push(new Level(of.fileKey(), children(root, target).iterator()));
    }

    /** The next one; null at the end. */
    @Nullable LocalFile next() {
        while (true) {
            Level level = levels.peek();
            if (level == null) {
                return null;
            }
            if (!level.children().hasNext()) {
                levels.pop();
                continue;
            }
            LocalFile found = take(level.children().next());
            if (found != null) {
                return found;
            }
        }
    }

    private @Nullable LocalFile take(Child child) {
        if (child.attributes().isRegularFile()) {
            return new LocalFile(child.file(), entry(child));
        }
        List<Child> below;
        try {
            if (isLoop(child)) {
                progress.skipped(child.file().toString(), "a symbolic link that leads back");
                return null;
            }
            below = children(child.file(), child.path());
        } catch (IOException e) {
            progress.failed(child.file().toString(), Failures.reason(e));
            return null;
        }
        if (below.isEmpty()) {
            return new LocalFile(child.file(), entry(child));
        }
        levels.push(new Level(child.attributes().fileKey(), below.iterator()));
        return null;
    }

    private boolean isLoop(Child child) {
        Object key = child.attributes().fileKey();
        return links == FOLLOW
                && key != null
                && levels.stream().anyMatch(level -> key.equals(level.key()));
    }

    private List<Child> children(Path directory, String path) throws IOException {
        List<Child> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path file : stream) {
                Child child = child(file, path);
                if (child != null) {
                    children.add(child);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        children.sort((a, b) -> PathOrder.INSTANCE.compare(a.key(), b.key()));
        return children;
    }

    private @Nullable Child child(Path file, String parent) {
        String name = file.getFileName().toString();
        String path = parent.isEmpty() ? name : parent + "/" + name;
        String wrong = wrongName(name, path);
        if (wrong != null) {
            progress.failed(Failures.printable(file.toString()), wrong);
            return null;
        }
        BasicFileAttributes of;
        try {
            of = Files.readAttributes(file, attributes, links);
        } catch (IOException e) {
            progress.failed(file.toString(), Failures.reason(e));
            return null;
        }
        if (of.isRegularFile()) {
            return new Child(name, path, file, of);
        }
        if (of.isDirectory()) {
            return new Child(name + "/", path, file, of);
        }
        progress.skipped(
                file.toString(),
                of.isSymbolicLink()
                        ? "a symbolic link (-L follows it)"
                        : "neither a file nor a directory");
        return null;
    }

    /** The server would refuse it, and the whole request with it; so it is said here. */
    static @Nullable String wrongName(String name, String path) {
        if (name.chars().anyMatch(Character::isISOControl)) {
            return "its name has a control character, which pfs does not keep";
        }
        if (Failures.utf8(name) > Defaults.MAX_NAME) {
            return "its name is " + Failures.utf8(name) + " bytes, limit " + Defaults.MAX_NAME;
        }
        if (path.length() * 3 > Defaults.MAX_PATH && Failures.utf8(path) > Defaults.MAX_PATH) {
            return "its path is " + Failures.utf8(path) + " bytes, limit " + Defaults.MAX_PATH;
        }
        return null;
    }

    private static TarEntry entry(Child child) {
        return entry(child.path(), child.attributes());
    }

    static TarEntry entry(String path, BasicFileAttributes of) {
        boolean executable =
                of instanceof PosixFileAttributes
                        && ((PosixFileAttributes) of)
                                .permissions()
                                .contains(PosixFilePermission.OWNER_EXECUTE);
        long modified = of.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        return new TarEntry(
                path, of.isDirectory(), of.isDirectory() ? 0 : of.size(), modified, executable);
    }
}
