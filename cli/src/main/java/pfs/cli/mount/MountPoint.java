package pfs.cli.mount;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import pfs.cli.mount.fuse.Library;

/**
 * A place where something can be mounted, on a machine that can mount.
 *
 * @param directory absolute, and empty
 */
record MountPoint(Path directory, Library library) {
    private static final Path DEVICE = Path.of("/dev/fuse");
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final String INSTALL = "install fuse3 (apt-get install fuse3)";
    private static final Set<String> MACHINES = Set.of("amd64", "aarch64");

    /**
     * Looks at all that mounting needs.
     *
     * @throws IOException names what is missing, and what to do about it
     */
    static MountPoint prepare(Path typed) throws IOException {
        machine(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        Path directory = typed.toAbsolutePath().normalize();
        place(directory, Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1));
        if (!Files.exists(DEVICE)) {
            throw new IOException(
                    DEVICE
                            + " is missing: modprobe fuse makes it; a container is given it by"
                            + " --device /dev/fuse --cap-add SYS_ADMIN");
        }
        Library library =
                Library.find()
                        .orElseThrow(() -> new IOException("libfuse3 is missing: " + INSTALL));
        if (!installed("fusermount3")) {
            throw new IOException("fusermount3 is missing: " + INSTALL);
        }
        return new MountPoint(directory.toRealPath(), library);
    }

    /** Refuses other machines than those that it was made for. */
    static void machine(String system, String processor) throws IOException {
        if (!system.equals("Linux") || !MACHINES.contains(processor)) {
            throw new IOException(
                    "pfs mount works on Linux, on amd64 and aarch64; this is "
                            + system
                            + " on "
                            + processor
                            + " (pfs get -r copies a tree)");
        }
    }

    /**
     * Refuses a directory that nothing can be mounted over.
     *
     * @param mounts lines of /proc/self/mountinfo
     */
    static void place(Path directory, List<String> mounts) throws IOException {
        // First, since one whose process was killed cannot even be looked at.
        if (isMounted(directory, mounts)) {
            throw new IOException(
                    directory
                            + " is a mount already: fusermount3 -u "
                            + quoted(directory)
                            + " ends it, or name another directory");
        }
        try (Stream<Path> inside = Files.list(directory)) {
            if (inside.findAny().isPresent()) {
                throw new IOException(directory + " is not empty: name an empty directory");
            }
        } catch (NoSuchFileException e) {
            throw new IOException(directory + " is not there: mkdir " + quoted(directory), e);
        } catch (NotDirectoryException e) {
            throw new IOException(directory + " is not a directory", e);
        }
    }

    /** A path as a shell takes it. */
    static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w/.,+:@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** The fifth field is the place; spaces and the like are written as {@code \040}. */
    private static boolean isMounted(Path directory, List<String> mounts) {
        return mounts.stream()
                .map(line -> line.split(" ", 6))
                .anyMatch(
                        field -> field.length > 4 && plain(field[4]).equals(directory.toString()));
    }

    private static String plain(String escaped) {
        StringBuilder bytes = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '\\' && i + 3 < escaped.length()) {
                bytes.append((char) Integer.parseInt(escaped.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.append(c);
            }
        }
        return new String(
                bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static boolean installed(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }
}
