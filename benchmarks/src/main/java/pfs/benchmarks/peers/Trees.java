package pfs.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directory trees of the disk. */
final class Trees {
    private Trees() {}

    /** Does nothing if it is not there. */
    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(root)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }

    /** Bytes of disk that a tree takes, as du counts them: blocks, not lengths. */
    static long diskBytes(Commands commands, Path root) {
        commands.run("sync");
        return Long.parseLong(commands.run("du", "-sB1", root.toString()).split("\\s", 2)[0]);
    }
}
