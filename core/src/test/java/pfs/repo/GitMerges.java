package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import pfs.object.ObjectId;

/** The same commits in a real git repository, and its merges of them. */
final class GitMerges {
    private final Path directory;

    private GitMerges(Path directory) {
        this.directory = directory;
    }

    /** Null, with a word why, where there is no git that can merge trees. */
    static GitMerges open(Path directory) throws IOException, InterruptedException {
        GitMerges git = new GitMerges(directory);
        try {
            String version = git.run(new byte[0], "git", "--version").text();
            String[] parts = version.replaceAll("[^0-9.]", "").split("\\.");
            int number = Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
            if (number >= 2038) {
                return git;
            }
            System.out.println("merges are not compared: " + version.strip() + ", need 2.38");
        } catch (IOException e) {
            System.out.println("merges are not compared: no git here");
        }
        return null;
    }

    /** Answers how many merges were compared. */
    int compare(
            String name,
            Map<ObjectId, Commit> commits,
            Map<ObjectId, TreeMap<String, String>> trees,
            List<HistoryModelTest.Asked> asked)
            throws IOException, InterruptedException {
        Path repository = directory.resolve(name);
        Files.createDirectory(repository);
        assertThat(run(new byte[0], "git", "init", "-q", "--bare", repository.toString()).code())
                .isZero();
        Map<ObjectId, Integer> marks = new HashMap<>();
        StringBuilder stream = new StringBuilder();
        for (Commit commit : commits.values()) {
            int mark = marks.size() + 1;
            marks.put(commit.id(), mark);
            stream.append("commit refs/heads/c").append(mark).append("\nmark :").append(mark);
            stream.append("\ncommitter a <a@example.org> ").append(1_700_000_000 + mark);
            stream.append(" +0000\ndata 1\nm\n");
            List<ObjectId> parents = commit.parents();
            for (int i = 0; i < parents.size(); i++) {
                stream.append(i == 0 ? "from :" : "merge :");
                stream.append(marks.get(parents.get(i))).append('\n');
            }
            stream.append("deleteall\n");
            trees.get(commit.id())
                    .forEach(
                            (path, text) ->
                                    stream.append("M 100644 inline \"")
                                            .append(path)
                                            .append("\"\ndata ")
                                            .append(bytes(path, text))
                                            .append('\n')
                                            .append(content(path, text))
                                            .append('\n'));
        }
        byte[] input = stream.toString().getBytes(StandardCharsets.UTF_8);
        Answer imported = run(input, "git", "-C", repository.toString(), "fast-import", "--quiet");
        assertThat(imported.code()).as(imported.text()).isZero();
        for (HistoryModelTest.Asked merge : asked) {
            compare(repository, marks, merge);
        }
        return asked.size();
    }

    private void compare(
            Path repository, Map<ObjectId, Integer> marks, HistoryModelTest.Asked merge)
            throws IOException, InterruptedException {
        Answer answer =
                run(
                        new byte[0],
                        "git",
                        "-C",
                        repository.toString(),
                        "merge-tree",
                        "--write-tree",
                        "--allow-unrelated-histories",
                        "c" + marks.get(merge.ours().id()),
                        "c" + marks.get(merge.theirs().id()));
        boolean clean = answer.code() == 0;
        if (merge.bases() == 1) {
            assertThat(clean).as(answer.text()).isEqualTo(merge.result() != null);
        }
        if (!clean || merge.result() == null) {
            return;
        }
        String tree = answer.text().strip();
        String[] list = {
            "git", "-C", repository.toString(), "ls-tree", "-r", "-z", "--name-only", tree
        };
        List<String> paths = new ArrayList<>();
        for (String path : run(new byte[0], list).text().split("\0")) {
            if (!path.isEmpty()) {
                paths.add(path);
            }
        }
        assertThat(paths).containsExactlyInAnyOrderElementsOf(merge.result().keySet());
        for (String path : paths) {
            String[] show = {
                "git", "-C", repository.toString(), "cat-file", "-p", tree + ":" + path
            };
            assertThat(run(new byte[0], show).text())
                    .isEqualTo(content(path, merge.result().get(path)));
        }
    }

    /** A line that no other path has, so that git finds no renames; its merge-tree always looks. */
    private static String content(String path, String text) {
        return path + "=" + text;
    }

    private static int bytes(String path, String text) {
        return content(path, text).getBytes(StandardCharsets.UTF_8).length;
    }

    private record Answer(int code, String text) {}

    private Answer run(byte[] input, String... command) throws IOException, InterruptedException {
        Path in = Files.createTempFile(directory, "in", "");
        Files.write(in, input);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectInput(in.toFile()).redirectError(new File("/dev/null"));
        Process process = builder.start();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        process.getInputStream().transferTo(out);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Files.delete(in);
        return new Answer(process.exitValue(), out.toString(StandardCharsets.UTF_8));
    }
}
