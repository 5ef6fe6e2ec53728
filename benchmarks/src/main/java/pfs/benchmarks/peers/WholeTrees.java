package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.times;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Directories of small files, in and out by the command lines. */
final class WholeTrees {
    private final Field field;

    WholeTrees(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        String files = String.format("%,d small files", field.scale.smallFiles());
        String state = "source in the page cache; pfs and restic sync, git does not";
        List<Scenario.Contender> contenders = new ArrayList<>();
        contenders.add(new Scenario.Contender("pfs", this::pfs));
        contenders.add(new Scenario.Contender("restic", this::restic));
        if (field.scale.everything()) {
            contenders.add(new Scenario.Contender("git", this::git));
        }
        return List.of(
                new Scenario(
                        "tree",
                        List.of(
                                Row.less(
                                        "tree-in",
                                        files + " in, and a commit, by the command line",
                                        "s",
                                        state,
                                        times(0.5, "restic")),
                                Row.less(
                                        "tree-again",
                                        files + " in again, unchanged",
                                        "s",
                                        state,
                                        times(0.5, "restic")),
                                Row.less(
                                        "tree-out",
                                        files + " out by the command line",
                                        "s",
                                        "warm; no sync",
                                        times(0.5, "restic")),
                                Row.less(
                                        "tree-bytes",
                                        "disk for " + files,
                                        "MB",
                                        "after the commit",
                                        times(1, "restic"))),
                        contenders));
    }

    private Map<String, Double> pfs(int round) throws IOException {
        Path tree = field.data.smallTree(200 + round);
        Path out = out();
        WebServer server = field.pfs();
        String program = field.home.resolve("pfs").toString();
        Commands commands =
                new Commands(
                        field.scratch, Map.of("PFS_SERVER", server.origin(), "PFS_BUILD", "never"));
        long before = Trees.diskBytes(field.commands, field.pfsData());
        String name = "tree" + round;
        double in = commands.time(program, "put", "-r", tree.toString(), name, "-m", name);
        long bytes = Trees.diskBytes(field.commands, field.pfsData()) - before;
        double again = commands.time(program, "put", "-r", tree.toString(), name);
        double back = commands.time(program, "get", "-r", name, out.toString());
        field.commands.run("diff", "-r", tree.toString(), out.toString());
        return figures(in, again, back, bytes);
    }

    private Map<String, Double> restic(int round) throws IOException {
        Path tree = field.data.smallTree(200 + round);
        try (Restic restic = new Restic(field)) {
            long before = restic.diskBytes();
            double in = restic.backup(tree);
            long bytes = restic.diskBytes() - before;
            double again = restic.backup(tree);
            double back = restic.restore(out());
            return figures(in, again, back, bytes);
        }
    }

    private Map<String, Double> git(int round) throws IOException {
        Path tree = field.data.smallTree(200 + round);
        Path repository = Files.createTempDirectory(field.scratch, "git");
        field.commands.run("git", "init", "-q", "--bare", repository.toString());
        String git =
                "git -c gc.auto=0 -c user.name=bench -c user.email=bench@localhost --git-dir='"
                        + repository
                        + "' --work-tree='"
                        + tree
                        + "' ";
        String add =
                "cd '"
                        + tree
                        + "' && "
                        + git
                        + "add -A && "
                        + git
                        + "commit -q --allow-empty -m bench";
        double in = field.commands.time("sh", "-c", add);
        long bytes = Trees.diskBytes(field.commands, repository);
        double again = field.commands.time("sh", "-c", add);
        double back =
                field.commands.time(
                        "sh", "-c", git + "checkout-index -a --prefix='" + out() + "/'");
        return figures(in, again, back, bytes);
    }

    /**
     * A directory for what comes out, never one of which files were deleted: ext4 looks for inodes
     * that were not freed in the last minutes, which costs the next writer up to a millisecond a
     * file.
     */
    private Path out() throws IOException {
        return Files.createTempDirectory(field.scratch, "out");
    }

    private static Map<String, Double> figures(double in, double again, double out, long bytes) {
        return Map.of(
                "tree-in", in, "tree-again", again, "tree-out", out, "tree-bytes", bytes / 1e6);
    }
}
