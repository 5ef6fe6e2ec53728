package pfs.jobs.runtime.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often the kernel killed a process of one container for want of memory, from its control group
 * (version 1 or 2). The engine tells it only when the whole container ends. Thread-safe; knows
 * nothing where the engine's control groups are not this machine's.
 */
final class MemoryEvents {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");

    private final @Nullable Path file;
    private long seen;

    private MemoryEvents(@Nullable Path file) {
        this.file = file;
    }

    /**
     * @param pid of the container's first process, in this machine's numbers
     * @param container its id, which is part of the control group's name
     */
    static MemoryEvents of(long pid, String container) {
        try {
            List<String> groups = Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"));
            return new MemoryEvents(
                    groups.stream()
                            .filter(line -> line.contains(container))
                            .map(MemoryEvents::fileOf)
                            .filter(found -> found != null && Files.isReadable(found))
                            .findFirst()
                            .orElse(null));
        } catch (IOException e) {
            return new MemoryEvents(null);
        }
    }

    /** From a line like {@code 0::/docker/ID} or {@code 4:memory:/docker/ID}. */
    private static @Nullable Path fileOf(String line) {
        String[] parts = line.split(":", 3);
        if (parts.length < 3 || parts[2].length() < 2) {
            return null;
        }
        String group = parts[2].substring(1);
        if (parts[1].isEmpty()) {
            return GROUPS.resolve(group).resolve("memory.events");
        }
        return List.of(parts[1].split(",")).contains("memory")
                ? GROUPS.resolve("memory").resolve(group).resolve("memory.oom_control")
                : null;
    }

    synchronized boolean killedSinceAsked() {
        long now = count();
        boolean more = now > seen;
        seen = now;
        return more;
    }

    private long count() {
        if (file == null) {
            return seen;
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("oom_kill "))
                    .mapToLong(line -> Long.parseLong(line.substring(9).strip()))
                    .findFirst()
                    .orElse(seen);
        } catch (IOException | NumberFormatException e) {
            return seen;
        }
    }
}
