package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.limit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The server itself: a directory of a million files, its memory, and its start. */
final class Lives {
    private static final int MILLION = 1_000_000;

    private final Field field;

    Lives(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        return field.scale.everything() ? List.of(millions(), starts()) : List.of(starts());
    }

    private Scenario millions() {
        return new Scenario(
                "million",
                List.of(
                        Row.less(
                                "million-in",
                                "tar of a million files of 20 bytes: PUT",
                                "s",
                                "synced at the answer"),
                        Row.less("million-commit", "a million files: commit", "s", "synced"),
                        Row.less("million-list", "a million files: list all names", "s", "warm")),
                List.of(new Scenario.Contender("pfs", this::million)));
    }

    private Scenario starts() {
        return new Scenario(
                "start",
                List.of(
                        Row.less(
                                "start",
                                "ready to serve, from the command on, with all of the above stored",
                                "s",
                                "built; files in the page cache",
                                limit(1.0)),
                        Row.less(
                                "start-cpu",
                                "the same: processor time until then",
                                "s",
                                "user and system"),
                        Row.less(
                                "memory",
                                "resident memory at its peak in all of the above, -Xmx512m",
                                "MiB",
                                "VmHWM")),
                List.of(new Scenario.Contender("pfs", _ -> start())));
    }

    private Map<String, Double> start() throws IOException {
        field.pfs();
        double peak = field.peakMebibytes();
        field.stopPfs();
        WebServer started = field.pfs();
        return Map.of(
                "start",
                started.secondsToReady(),
                "start-cpu",
                started.cpuSecondsToReady(),
                "memory",
                peak);
    }

    private Map<String, Double> million(int round) throws IOException {
        Path tar = field.scratch.resolve("million.tar");
        writeTar(tar, round, MILLION);
        String directory = "million" + round + "/";
        WebServer server = field.pfs();
        double in = field.putTar(tar, server.url(directory));
        double commit = field.curl("-X", "POST", server.origin() + "/commit");
        double list = field.curl(server.url(directory) + "?recursive");
        Files.delete(tar);
        return Map.of("million-in", in, "million-commit", commit, "million-list", list);
    }

    /** A tar of so many files of 20 bytes, other ones in each round. */
    static void writeTar(Path tar, int round, int files) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tar), 1 << 20)) {
            for (int i = 0; i < files; i++) {
                SmallTar.entry(
                        out,
                        String.format(Locale.ROOT, "f%07d", i),
                        String.format(Locale.ROOT, "round %2d file %7d", round, i)
                                .substring(0, 20));
            }
            SmallTar.end(out);
        }
    }
}
