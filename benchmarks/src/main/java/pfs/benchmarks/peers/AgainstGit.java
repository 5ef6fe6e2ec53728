package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.times;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The same work by the command lines of git and pfs, in a source tree and in generated files. */
final class AgainstGit {
    private static final int CHANGES = 10;

    private final Field field;

    AgainstGit(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>();
        String files = String.format(Locale.ROOT, "%,d files", field.scale.gitFiles());
        all.add(scenario("git-files", files, this::generate));
        if (Files.exists(sources())) {
            all.add(scenario("git-jdk", "the JDK's sources", this::unzip));
        }
        return all;
    }

    private static Path sources() {
        return Path.of(System.getProperty("java.home"), "lib", "src.zip");
    }

    private Scenario scenario(String id, String what, Source source) {
        String state = "in the page cache; pfs syncs and has a server, git has neither";
        Row.Target ahead = times(1, "git");
        return new Scenario(
                id,
                List.of(
                        Row.less(id + "-in", what + ": add and commit", "s", state, ahead),
                        Row.less(
                                id + "-ten",
                                what + ": 10 changes found (add -A, put -r) and committed",
                                "s",
                                state,
                                ahead),
                        Row.less(id + "-diff", what + ": diff of the two", "s", state, ahead),
                        Row.less(
                                id + "-out",
                                what + ": the old version to a directory",
                                "s",
                                state,
                                ahead)),
                List.of(
                        new Scenario.Contender("pfs", round -> pfs(id, source, round)),
                        new Scenario.Contender("git", round -> git(id, source, round))));
    }

    /** Makes a tree and answers its files. */
    private interface Source {
        List<Path> make(Path root, int round) throws IOException;
    }

    /** A hundred files of 20 to 500 bytes in each directory. */
    private List<Path> generate(Path root, int round) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < field.scale.gitFiles(); i++) {
            Path file = root.resolve(String.format(Locale.ROOT, "d%04d/f%06d", i / 100, i));
            if (i % 100 == 0) {
                Files.createDirectories(file.getParent());
            }
            files.add(
                    Files.writeString(file, "file " + i + "\n" + "text ".repeat(i % 100) + round));
        }
        return files;
    }

    /** Each with a last line of its round, so that no store has seen it. */
    private List<Path> unzip(Path root, int round) throws IOException {
        List<Path> files = new ArrayList<>();
        try (InputStream zip = Files.newInputStream(sources());
                ZipInputStream in = new ZipInputStream(zip)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = root.resolve(entry.getName());
                if (!entry.isDirectory()) {
                    Files.createDirectories(file.getParent());
                    Files.copy(in, file);
                    append(file, "// round " + round + "\n");
                    files.add(file);
                }
            }
        }
        return files;
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, line, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }

    private static void change(List<Path> files) throws IOException {
        for (int i = 0; i < CHANGES; i++) {
            append(files.get(i * (files.size() / CHANGES)), "// changed\n");
        }
    }

    /** Never one of which files were deleted: see {@link WholeTrees}. */
    private Path fresh(String name) throws IOException {
        return Files.createTempDirectory(field.scratch, name);
    }

    private Map<String, Double> pfs(String id, Source source, int round) throws IOException {
        Path tree = fresh("git-tree");
        List<Path> files = source.make(tree, round);
        Path out = fresh("git-out").resolve("out");
        String program = field.home.resolve("pfs").toString();
        Map<String, String> environment =
                Map.of(
                        "PFS_SERVER",
                        field.pfs().origin(),
                        "PFS_REPO",
                        id + round,
                        "PFS_BUILD",
                        "never");
        Commands pfs = new Commands(field.scratch, environment);
        pfs.run(program, "repo", id + round);
        field.commands.run("sync");
        Map<String, Double> all = new HashMap<>();
        String put = program + " put -r '" + tree + "' / && " + program + " commit -m bench";
        all.put(id + "-in", pfs.time("sh", "-c", put));
        change(files);
        all.put(id + "-ten", pfs.time("sh", "-c", put));
        all.put(id + "-diff", pfs.time(program, "diff", "1", "2"));
        all.put(id + "-out", pfs.time(program, "get", "-r", "-c", "1", "/", out.toString()));
        return all;
    }

    private Map<String, Double> git(String id, Source source, int round) throws IOException {
        Path tree = fresh("git-tree");
        List<Path> files = source.make(tree, round);
        Path out = fresh("git-out");
        String directory = "--git-dir=" + fresh("git-repository");
        Map<String, String> environment = new HashMap<>();
        environment.put("GIT_AUTHOR_NAME", "bench");
        environment.put("GIT_AUTHOR_EMAIL", "bench@localhost");
        environment.put("GIT_COMMITTER_NAME", "bench");
        environment.put("GIT_COMMITTER_EMAIL", "bench@localhost");
        Commands git = new Commands(field.scratch, environment);
        git.run("git", directory, "init", "-q");
        field.commands.run("sync");
        // Packing in the background would only slow what is measured after it.
        String own = "git -c gc.auto=0 '" + directory + "' '--work-tree=" + tree + "' ";
        String add = "cd '" + tree + "' && " + own + "add -A && " + own + "commit -q -m bench";
        Map<String, Double> all = new HashMap<>();
        all.put(id + "-in", git.time("sh", "-c", add));
        change(files);
        all.put(id + "-ten", git.time("sh", "-c", add));
        all.put(
                id + "-diff",
                git.time("git", directory, "diff", "--name-status", "HEAD~1", "HEAD"));
        all.put(
                id + "-out",
                git.time("git", directory, "--work-tree=" + out, "checkout", "-q", "-f", "HEAD~1"));
        return all;
    }
}
