package pfs.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The commands that a build runs once, so that the JVM keeps the classes they load. Whether they
 * succeed does not matter.
 */
final class Training {
    private static final List<String> LINES =
            List.of(
                    "version",
                    "help",
                    "help put",
                    "put -r DIR/in training",
                    "put -r DIR/in training",
                    "put --checksum -r DIR/in training",
                    "put DIR/in/a.txt copy.txt",
                    "status",
                    "commit -m first",
                    "ls",
                    "ls -l -R training",
                    "ls --json",
                    "get -r training DIR/out",
                    "get copy.txt DIR/copy.txt",
                    "cat copy.txt",
                    "cp copy.txt other.txt",
                    "mv other.txt moved.txt",
                    "rm moved.txt",
                    "commit -m second",
                    "log",
                    "show",
                    "diff 1 2",
                    "branch",
                    "tag",
                    "repo",
                    "repo copy",
                    "--repo copy pull SERVER",
                    "push SERVER/repos/copy",
                    "job map DIR/map.json",
                    "job reduce DIR/reduce.json",
                    "job",
                    "run --wait map",
                    "run --wait map",
                    "run --wait reduce",
                    "runs",
                    "cat none",
                    "nonsense");

    private static final int FILES = 2_000;

    private Training() {}

    /**
     * {@code train DIRECTORY [COUNT [FILES]]}: all lines, or so many of them, with so many small
     * files.
     */
    static int run(String[] arguments) {
        String directory = arguments[1];
        int count = number(arguments, 2, LINES.size());
        int files = number(arguments, 3, FILES);
        String server = String.valueOf(System.getenv("PFS_SERVER"));
        PrintStream quiet = new PrintStream(OutputStream.nullOutputStream());
        try {
            Path in = Files.createDirectories(Path.of(directory, "in", "below"));
            for (int i = 0; i < files; i++) {
                Files.writeString(in.resolve("file " + i), "contents of file " + i);
            }
            Files.write(in.resolve("large"), new byte[2 << 20]);
            Files.writeString(Path.of(directory, "map.json"), spec("\"memo\": false"));
            Files.writeString(
                    Path.of(directory, "reduce.json"),
                    spec(
                            "\"split\": \"lines\", \"combine\": \"reduce\","
                                    + " \"reduce\": {\"per\": \"batch\"}"));
            Files.writeString(in.resolveSibling("a.txt"), "a", StandardCharsets.UTF_8);
        } catch (IOException e) {
            return 1;
        }
        for (String line : LINES.subList(0, count)) {
            String[] words = line.replace("DIR", directory).replace("SERVER", server).split(" ");
            int code = new Invocation(new ByteArrayOutputStream(), quiet).run(words);
            System.out.println(code + " " + line);
        }
        return 0;
    }

    private static int number(String[] arguments, int at, int most) {
        return arguments.length > at ? Math.min(most, Integer.parseInt(arguments[at])) : most;
    }

    /** A job that the process runtime can run: this program, as a worker. */
    private static String spec(String more) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainingWorker.class.getName());
        String quoted =
                command.stream()
                        .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                        .collect(Collectors.joining(", "));
        return "{\"input\": \"/training\", \"command\": [" + quoted + "], " + more + "}";
    }
}
