package pfs.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The command {@code bin/bench}: {@code [--quick] [--rounds N] [--only ID,ID] [--write] [--keep]
 * [--scratch DIR]}.
 */
public final class Bench {
    private Bench() {}

    private record Options(
            Scale scale, Set<String> only, boolean write, boolean keep, Path scratch) {
        static Options parse(String[] arguments) {
            Scale scale = Scale.FULL;
            Set<String> only = Set.of();
            boolean write = false;
            boolean keep = false;
            Path scratch = Path.of(System.getProperty("java.io.tmpdir"), "pfs-bench");
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--quick" -> scale = Scale.QUICK;
                    case "--rounds" -> scale = scale.withRounds(Integer.parseInt(arguments[++i]));
                    case "--write" -> write = true;
                    case "--keep" -> keep = true;
                    case "--only" -> only = Set.of(arguments[++i].split(","));
                    case "--scratch" -> scratch = Path.of(arguments[++i]);
                    default -> throw new IllegalArgumentException("unknown: " + arguments[i]);
                }
            }
            // A whole run is for the document; a part of one would drop the other rows.
            write |= scale.equals(Scale.FULL) && only.isEmpty();
            return new Options(scale, only, write, keep, scratch.toAbsolutePath());
        }
    }

    public static void main(String[] arguments) throws Exception {
        Options options = Options.parse(arguments);
        Path home = Path.of("").toAbsolutePath();
        Trees.delete(options.scratch());
        Files.createDirectories(options.scratch());
        try {
            String report = measure(options, home);
            System.out.println(report);
            if (options.write()) {
                Report.write(home.resolve("docs/benchmarks.md"), report);
            }
        } finally {
            if (!options.keep()) {
                Trees.delete(options.scratch());
            }
        }
    }

    private static String measure(Options options, Path home) throws IOException {
        Map<String, String> environment =
                Map.of(
                        "RESTIC_PASSWORD", "bench",
                        "RESTIC_CACHE_DIR", options.scratch().resolve("restic-cache").toString(),
                        "JAVA_HOME", System.getProperty("java.home"));
        Commands commands = new Commands(options.scratch(), environment);
        List<Result> results = new ArrayList<>();
        try (Field field = new Field(commands, home, options.scratch(), options.scale())) {
            Thread stop = new Thread(() -> close(field));
            Runtime.getRuntime().addShutdownHook(stop);
            for (Scenario scenario : field.scenarios()) {
                if (options.only().isEmpty() || options.only().contains(scenario.id())) {
                    System.err.println(scenario.id());
                    results.addAll(Figures.measure(scenario, options.scale().rounds(), commands));
                }
            }
        }
        List<String> facts = Machine.describe(commands, home, options.scratch());
        return Report.of(results, facts, options.scale());
    }

    /** Whoever ends the run early must not leave servers behind. */
    private static void close(Field field) {
        try {
            field.close();
        } catch (IOException e) {
            System.err.println("a server may be left: " + e.getMessage());
        }
    }
}
