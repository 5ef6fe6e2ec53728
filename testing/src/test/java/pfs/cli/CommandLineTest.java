package pfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a real server, each test in a repo of its own. */
class CommandLineTest {
    private static final List<String> ODD_NAMES =
            List.of(
                    "with space",
                    "größe 漢字 😀",
                    "100% ?*#+&=[a].txt",
                    "-dash",
                    "~tilde",
                    "back\\slash",
                    "quote'\"",
                    "sub dir/ü/x;y,z:@!$");

    @TempDir static Path data;
    private static ServerProcess server;
    private static int repos;

    @TempDir Path work;
    private String repo = "";
    private String out = "";
    private String err = "";

    @BeforeAll
    static void start() throws IOException {
        server = new ServerProcess(data);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        assertThat(server.stop()).isEqualTo(0);
    }

    @BeforeEach
    void newRepo() {
        repo = "test" + repos++;
        assertThat(pfs("repo", repo)).as(err).isEqualTo(0);
    }

    private int pfs(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", server.url(), "--repo", repo));
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        int code =
                new Invocation(stdout, new PrintStream(stderr, true, StandardCharsets.UTF_8))
                        .run(all.toArray(String[]::new));
        out = stdout.toString(StandardCharsets.UTF_8);
        err = stderr.toString(StandardCharsets.UTF_8);
        return code;
    }

    private void done(String... arguments) {
        assertThat(pfs(arguments)).as(String.join(" ", arguments) + ": " + err).isEqualTo(0);
    }

    private Path file(String name, String text) throws IOException {
        Path file = work.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Each file's path, bytes, time and executable bit; each directory's path. */
    private static TreeMap<String, String> tree(Path root) throws IOException {
        TreeMap<String, String> tree = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                tree.put(
                        root.relativize(path).toString(),
                        Files.isDirectory(path)
                                ? "directory"
                                : Files.readString(path, StandardCharsets.ISO_8859_1)
                                        + Files.isExecutable(path)
                                        + Files.getLastModifiedTime(path)
                                                .toInstant()
                                                .getEpochSecond());
            }
        }
        return tree;
    }

    @Test
    void aTreeComesBackAsItWent() throws IOException {
        for (String name : ODD_NAMES) {
            file("in/" + name, "contents of " + name);
        }
        Files.createDirectories(work.resolve("in/empty/below"));
        file("in/empty-file", "");
        Files.write(work.resolve("in/large"), new byte[3_000_000]);
        Files.setPosixFilePermissions(
                file("in/run.sh", "#!"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setLastModifiedTime(
                work.resolve("in/run.sh"),
                FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z")));

        done("put", "-r", work.resolve("in").toString(), "a tree");
        done("commit", "-m", "first");
        done("get", "-r", "a tree", work.resolve("out").toString());
        assertThat(tree(work.resolve("out"))).isEqualTo(tree(work.resolve("in")));
        done("status");
        assertThat(out).isEmpty();

        done("rm", "-r", "a tree");
        assertThat(pfs("get", "-r", "a tree", work.resolve("none").toString())).isEqualTo(1);
        assertThat(work.resolve("none")).doesNotExist();
        done("get", "-r", "--commit", "1", "a tree", work.resolve("old").toString());
        assertThat(tree(work.resolve("old"))).isEqualTo(tree(work.resolve("in")));
    }

    @Test
    void whatIsUnchangedIsNotSentAgain() throws IOException {
        for (int i = 0; i < 50; i++) {
            file("in/" + i % 7 + "/" + i, "text " + i);
        }
        String in = work.resolve("in").toString();
        done("put", "-r", in, "x", "--json");
        assertThat(out).contains("\"files\":50");
        done("put", "-r", in, "x", "--json");
        assertThat(out).contains("\"files\":0");
        Files.setLastModifiedTime(work.resolve("in/3/3"), FileTime.fromMillis(0));
        done("put", "-r", in, "x", "--json");
        assertThat(out).as("the time alone").contains("\"files\":0");
        FileTime before = Files.getLastModifiedTime(work.resolve("in/4/4"));
        file("in/4/4", "TEXT 4");
        Files.setLastModifiedTime(work.resolve("in/4/4"), before);
        done("put", "-r", in, "x", "--json", "--checksum");
        assertThat(out).contains("\"files\":1");
        done("cat", "x/4/4");
        assertThat(out).isEqualTo("TEXT 4");
    }

    @Test
    void aTreeIsStoredAndCommittedByOneCommand() throws IOException {
        file("in/a", "1");
        done("put", "-r", work.resolve("in").toString(), "x", "-m", "with all in it");
        String id = out.strip();
        done("log");
        assertThat(out).contains("with all in it");
        done("cat", "-c", id, "x/a");
        assertThat(out).isEqualTo("1");
        file("in/bad\nname", "b");
        file("in/b", "2");
        assertThat(pfs("put", "-r", work.resolve("in").toString(), "x", "-m", "half")).isEqualTo(1);
        done("log");
        assertThat(out).as("what failed in part").doesNotContain("half");
    }

    @Test
    void oneBadNameFailsAloneAndIsNamed() throws IOException {
        file("in/good", "g");
        file("in/bad\nname", "b");
        file("in/also good", "g");
        assertThat(pfs("put", "-r", work.resolve("in").toString(), "x")).isEqualTo(1);
        assertThat(pfs("ls", "x")).isEqualTo(0);
        assertThat(out).isEqualTo("also good\ngood\n");
    }

    @Test
    void linksAreLeftOutUnlessFollowed() throws IOException {
        file("in/target", "t");
        Files.createSymbolicLink(work.resolve("in/link"), Path.of("target"));
        Files.createSymbolicLink(work.resolve("in/loop"), Path.of("."));
        done("put", "-r", work.resolve("in").toString(), "x");
        done("ls", "x");
        assertThat(out).isEqualTo("target\n");
        done("put", "-r", "-L", work.resolve("in").toString(), "x");
        done("ls", "x");
        assertThat(out).isEqualTo("link\ntarget\n");
    }

    @Test
    void aFileInTheWayOfADirectoryFailsAlone() throws IOException {
        done("put", file("f", "file").toString(), "x/name");
        file("in/name/below", "b");
        file("in/other", "o");
        assertThat(pfs("put", "-r", work.resolve("in").toString(), "x")).isEqualTo(1);
        done("cat", "x/other");
        assertThat(out).isEqualTo("o");
        done("cat", "x/name");
        assertThat(out).isEqualTo("file");
    }

    @Test
    void singleFilesKeepTimeAndBitAndGoWhereTheyAreSent() throws IOException {
        Path script = file("run.sh", "#!");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        done("put", script.toString(), "dir/");
        done("get", "dir/run.sh", work.resolve("copy").toString());
        assertThat(Files.getPosixFilePermissions(work.resolve("copy")))
                .contains(PosixFilePermission.OWNER_EXECUTE);
        done("get", "dir/run.sh", "-");
        assertThat(out).isEqualTo("#!");
        done("put", "-a", file("more", "more").toString(), "dir/run.sh");
        done("cat", "dir/run.sh");
        assertThat(out).isEqualTo("#!more");
    }

    @Test
    void aDirectoryThatIsThereIsFilledFileByFile() throws IOException {
        file("in/a", "new");
        done("put", "-r", work.resolve("in").toString(), "x");
        file("there/a", "old");
        file("there/mine", "mine");
        done("get", "-r", "x", work.resolve("there").toString());
        assertThat(work.resolve("there/a")).hasContent("new");
        assertThat(work.resolve("there/mine")).hasContent("mine");
    }

    @Test
    void historyIsTold() throws IOException {
        done("put", file("a", "1").toString(), "a");
        done("commit", "-m", "first", "--author", "ann");
        done("put", file("a", "2").toString(), "a");
        done("put", file("b", "b").toString(), "b");
        done("status");
        assertThat(out).isEqualTo("M\ta\nA\tb\n");
        done("diff");
        assertThat(out).isEqualTo("M\ta\nA\tb\n");
        done("reset", "b");
        done("commit", "-m", "second");
        done("log");
        assertThat(out.lines()).hasSize(2);
        assertThat(out).contains("  ann  first");
        done("log", "-n", "1", "--json");
        assertThat(out).contains("second").doesNotContain("first");
        done("show", "2");
        assertThat(out).contains("second").endsWith("M\ta\n");
        done("show", "1");
        assertThat(out).contains("first").endsWith("A\ta\n");
        done("cat", "--commit", "1", "a");
        assertThat(out).isEqualTo("1");
    }

    @Test
    void historyIsMergedComparedAndProtected() throws IOException {
        done("put", file("a", "1\n").toString(), "a");
        done("put", file("b", "1\n").toString(), "d/b");
        done("commit", "-m", "first", "--meta", "source=sensor 7");
        done("show", "--json");
        assertThat(out).contains("\"metadata\":{\"source\":\"sensor 7\"}");
        done("show", "-p");
        assertThat(out).contains("new file mode").contains("+1\n");
        done("branch", "side");
        for (String name : List.of("a", "d/b")) {
            done("put", file("x", "ours\n").toString(), name);
            done("put", "-b", "side", file("x", "theirs\n").toString(), name);
        }
        done("diff", "-p", "--path", "a");
        assertThat(out).contains("-1\n+ours\n").doesNotContain("d/b");
        done("diff", "HEAD");
        assertThat(out).isEqualTo("M\ta\nM\td/b\n");
        done("commit");
        done("commit", "-b", "side");
        assertThat(pfs("merge", "side")).isEqualTo(1);
        assertThat(out).isEqualTo("C\ta\nC\td/b\n");
        assertThat(pfs("merge", "side", "--strategy", "theirs:a")).isEqualTo(1);
        assertThat(out).isEqualTo("C\td/b\n");
        done("branch", "--protect", "master");
        assertThat(pfs("rm", "a")).isEqualTo(1);
        assertThat(err).contains("takes merges only");
        done("merge", "side", "--strategy", "theirs:a", "--strategy", "ours:d/**");
        done("diff", "2", "HEAD");
        assertThat(out).isEqualTo("M\ta\n");
        done("branch", "--unprotect", "master");
        done("rm", "a");
        done("log", "--after", "2");
        assertThat(out.lines()).hasSize(1);
        assertThat(pfs("branch", "--protect")).isEqualTo(2);
    }

    @Test
    void aReaderThatGoesIsNoTrouble() throws IOException {
        done("put", file("a", "1").toString(), "a");
        OutputStream gone =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("Broken pipe");
                    }
                };
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        new Invocation(gone, new PrintStream(stderr, true, StandardCharsets.UTF_8))
                .run("status", "--server", server.url(), "--repo", repo);
        assertThat(stderr.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void filesAreListedCopiedMovedAndDeleted() throws IOException {
        done("put", file("a", "12345").toString(), "d/a");
        done("cp", "d/a", "e/");
        done("mv", "e/a", "top");
        done("ls");
        assertThat(out).isEqualTo("d/\ntop\n");
        done("ls", "-R", "/");
        assertThat(out).isEqualTo("d/a\ntop\n");
        done("ls", "-l", "d");
        assertThat(out).contains(" 5 ").endsWith("a\n");
        done("ls", "top");
        assertThat(out).isEqualTo("top\n");
        done("ls", "d/*");
        assertThat(out).isEqualTo("d/a\n");
        done("ls", "--json");
        assertThat(out).startsWith("{\"entries\":[");
        assertThat(pfs("rm", "d")).isEqualTo(1);
        assertThat(err).startsWith("pfs: ").hasLineCount(1);
        done("rm", "-r", "d");
        done("rm", "top");
        done("ls");
        assertThat(out).isEmpty();
    }

    @Test
    void failuresAreOneLineAndUsageIsTwo() {
        assertThat(pfs("cat", "none")).isEqualTo(1);
        assertThat(err).isEqualTo("pfs: there is no 'none'\n");
        assertThat(pfs("cat", "none", "--json")).isEqualTo(1);
        assertThat(err).contains("\"status\":404").hasLineCount(1);
        assertThat(pfs("cat")).isEqualTo(2);
        assertThat(err).hasLineCount(1);
        assertThat(pfs("nonsense")).isEqualTo(2);
        assertThat(err).isEqualTo("pfs: there is no command 'nonsense' (pfs help)\n");
        assertThat(pfs("ls", "--server", "http://127.0.0.1:1")).isEqualTo(2);
    }

    @Test
    void helpAndCompletionKnowAllCommands() {
        done("help");
        assertThat(out).contains("serve", "cherry-pick", "completion");
        done("help", "put");
        assertThat(out).contains("--checksum");
        done("put", "--help");
        assertThat(out).contains("--checksum");
        done("completion", "bash");
        assertThat(out).contains("cherry-pick");
        done("version", "--json");
        assertThat(out).contains("\"version\":");
    }
}
