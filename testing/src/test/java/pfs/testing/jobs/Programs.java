package pfs.testing.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Programs of this machine, and what tests look at of them. */
final class Programs {
    private Programs() {}

    /** True if a program is on the path, or where a system's own programs are. */
    static boolean there(String name) {
        String all = System.getenv("PATH") + ":/usr/sbin:/sbin";
        return Stream.of(all.split(":")).anyMatch(d -> Files.isExecutable(Path.of(d, name)));
    }

    /** A file of the tests' resources as a file in a directory. */
    static Path resource(String name, Path directory) throws IOException {
        Path file = directory.resolve(name);
        try (InputStream in =
                Objects.requireNonNull(Programs.class.getResourceAsStream(name), name)) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    /** What is in a directory, which need not be there. */
    static List<Path> left(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** The processes whose environment names something; Linux only. */
    static List<Long> running(String mark) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> environment(pid).contains(mark))
                .toList();
    }

    private static String environment(long pid) {
        try {
            return Files.readString(
                    Path.of("/proc/" + pid + "/environ"),
                    java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}
