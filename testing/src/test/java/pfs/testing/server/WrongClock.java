package pfs.testing.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Tells a process another time of day, by libfaketime; how long things take it tells right. */
final class WrongClock {
    private WrongClock() {}

    /** Why no clock can be wrong here; empty if one can. */
    static Optional<String> missing() throws IOException {
        return library().isPresent()
                ? Optional.empty()
                : Optional.of("libfaketime is missing (Debian: faketime)");
    }

    private static Optional<Path> library() throws IOException {
        if (!Files.isDirectory(Path.of("/usr/lib"))) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> architectures = Files.newDirectoryStream(Path.of("/usr/lib"))) {
            for (Path architecture : architectures) {
                Path library = architecture.resolve("faketime/libfaketime.so.1");
                if (Files.exists(library)) {
                    return Optional.of(library);
                }
            }
        }
        return Optional.empty();
    }

    /** The variables of a process whose clock is so many hours ahead; none for 0. */
    static Map<String, String> variables(int hours) throws IOException {
        if (hours == 0) {
            return Map.of();
        }
        return Map.of(
                "LD_PRELOAD",
                library().orElseThrow().toString(),
                "FAKETIME",
                (hours > 0 ? "+" : "") + hours + "h",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                // with the fix a JVM's waits end at once, again and again
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }
}
