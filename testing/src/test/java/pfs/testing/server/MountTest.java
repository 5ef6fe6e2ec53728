package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code pfs mount} by the kernel's FUSE, against a real server; each test has a repo of its own.
 */
@Timeout(600)
class MountTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final int MIB = 1 << 20;

    /** All that names may have; pfs has no control characters in them. */
    private static final List<String> ODD_NAMES =
            List.of(
                    "with space",
                    "größe 漢字 😀",
                    "100% ?*#+&=[a].txt",
                    "*",
                    "-dash",
                    "back\\slash",
                    "quote'\"",
                    "sub dir/ü/x;y,z:@!$");

    @TempDir static Path all;
    private static ServerProcess server;
    private static int repos;

    @TempDir Path work;
    private String repo = "";

    /** In each test, so that each is reported as skipped where it cannot be run. */
    @BeforeEach
    void newRepo() throws Exception {
        Optional<String> lacking = Mounted.lacking();
        assumeTrue(lacking.isEmpty(), () -> lacking.orElse(""));
        if (server == null) {
            server = serve(ServerProcess.freePort());
        }
        repo = "mounted" + repos++;
        pfs("repo", repo);
    }

    private static ServerProcess serve(int port) throws IOException {
        ServerProcess process =
                ServerProcess.start(
                        ROOT, all.resolve("data"), ServerProcess.SHORT_LIVED, port, List.of());
        process.awaitReady();
        return process;
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private Mounted mount(String... arguments) throws IOException {
        return new Mounted(work, List.of(command("mount")), arguments);
    }

    private String[] command(String... arguments) {
        List<String> words = new ArrayList<>(List.of(ROOT.resolve("pfs").toString()));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--repo", repo, "--server", server.uri("").toString()));
        return words.toArray(String[]::new);
    }

    private void pfs(String... arguments) throws Exception {
        Ended ended = Ended.of(work, command(arguments));
        assertThat(ended.code()).as(ended.out()).isZero();
    }

    private byte[] random(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Files.write(work.resolve(name), bytes);
        return bytes;
    }

    @Test
    void aTreeIsTheOneThatGetFetches() throws Exception {
        Path in = work.resolve("in");
        for (String name : ODD_NAMES) {
            Files.createDirectories(in.resolve(name).getParent());
            Files.writeString(in.resolve(name), "contents of " + name);
        }
        Files.createDirectories(in.resolve("empty/below"));
        Files.writeString(in.resolve("nothing"), "");
        random("in/large", 5 * MIB + 17);
        Files.writeString(in.resolve("run.sh"), "#!");
        Files.setPosixFilePermissions(
                in.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setLastModifiedTime(
                in.resolve("run.sh"), FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
        pfs("put", "-r", in.toString(), "a tree");
        pfs("commit", "-m", "first");
        pfs("get", "-r", "a tree", work.resolve("out").toString());
        pfs("rm", "a tree/nothing");
        try (Mounted commit = mount("-c", "1", "a tree");
                Mounted branch = mount()) {
            verifySame(commit.at(), work.resolve("out"));
            Files.delete(work.resolve("out/nothing"));
            verifySame(branch.at().resolve("a tree"), work.resolve("out"));
            assertThat(commit.said()).hasLineCount(1).contains("commit ", "read-only", "Ctrl-C");
            assertThat(branch.said()).hasLineCount(1).startsWith("master is mounted at");
            assertThat(branch.at().resolve("a tree/new\nline")).doesNotExist();
            assertThat(branch.at().resolve("a tree/?")).doesNotExist();
            assertThat(Ended.of(work, "df", commit.at().toString()).code()).isZero();
        }
    }

    /** Bytes, and for files permissions, sizes and times. */
    private void verifySame(Path mounted, Path fetched) throws Exception {
        Ended diff = Ended.of(work, "diff", "-r", mounted.toString(), fetched.toString());
        assertThat(diff.out()).isEmpty();
        String[] facts = {"find", ".", "-type", "f", "-printf", "%p %m %s %T@\\n"};
        List<String> there = Ended.of(mounted, facts).out().lines().sorted().toList();
        assertThat(there).isEqualTo(Ended.of(fetched, facts).out().lines().sorted().toList());
        assertThat(there).hasSizeGreaterThan(ODD_NAMES.size());
    }

    @Test
    void rangesOfALargeFileAreItsBytes() throws Exception {
        byte[] bytes = random("large", 64 * MIB);
        pfs("put", work.resolve("large").toString(), "large");
        try (Mounted mounted = mount("--cache", "16");
                ExecutorService readers = Executors.newFixedThreadPool(4)) {
            Path file = mounted.at().resolve("large");
            List<Future<?>> reading = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Random random = new Random(i);
                reading.add(readers.submit(() -> verifyRanges(file, bytes, random)));
            }
            for (Future<?> reader : reading) {
                reader.get();
            }
            assertThat(Files.mismatch(file, work.resolve("large"))).isEqualTo(-1);
        }
    }

    private static Void verifyRanges(Path file, byte[] bytes, Random random) throws IOException {
        try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
            for (int i = 0; i < 200; i++) {
                int offset = random.nextInt(bytes.length);
                byte[] part = new byte[random.nextInt(300_000)];
                reader.seek(offset);
                int n = Math.max(0, reader.read(part));
                assertThat(Arrays.equals(part, 0, n, bytes, offset, offset + n))
                        .as("%d bytes at %d", n, offset)
                        .isTrue();
                assertThat(n).isEqualTo(Math.min(part.length, bytes.length - offset));
            }
        }
        return null;
    }

    @Test
    void aDirectoryOfTwelveThousandIsWhole() throws Exception {
        Path in = Files.createDirectories(work.resolve("in"));
        for (int i = 0; i < 12_000; i++) {
            Files.writeString(in.resolve("file " + i), "x".repeat(i % 10));
        }
        pfs("put", "-r", in.toString(), "many");
        try (Mounted mounted = mount("many")) {
            for (int again = 0; again < 2; again++) {
                String[] facts = {"find", ".", "-printf", "%p %y %s\\n"};
                List<String> there = Ended.of(mounted.at(), facts).out().lines().sorted().toList();
                assertThat(there).hasSize(12_001);
                assertThat(there).contains("./file 11999 f 9");
            }
            try (Stream<Path> names = Files.list(mounted.at())) {
                assertThat(names.map(n -> n.getFileName().toString()).distinct()).hasSize(12_000);
            }
        }
    }

    @Test
    void nothingCanBeWritten() throws Exception {
        random("file", 100);
        pfs("put", work.resolve("file").toString(), "dir/file");
        try (Mounted mounted = mount()) {
            Path file = mounted.at().resolve("dir/file");
            refused(() -> Files.writeString(mounted.at().resolve("new"), "x"));
            refused(() -> Files.writeString(file, "x", StandardOpenOption.APPEND));
            refused(() -> Files.createDirectory(mounted.at().resolve("new")));
            refused(() -> Files.delete(file));
            refused(() -> Files.move(file, mounted.at().resolve("moved")));
            refused(() -> Files.setLastModifiedTime(file, FileTime.fromMillis(0)));
            refused(() -> Files.createSymbolicLink(mounted.at().resolve("link"), file));
            assertThat(Files.size(file)).isEqualTo(100);
        }
    }

    private static void refused(ThrowingCallable write) {
        assertThatThrownBy(write)
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("Read-only file system");
    }

    @Test
    void aFileThatIsReplacedWhileItIsOpenIsNeverMixed() throws Exception {
        int size = 24 * MIB;
        byte[] old = random("old", size);
        byte[] later = random("later", size + MIB);
        pfs("put", work.resolve("old").toString(), "file");
        pfs("commit", "-m", "old");
        try (Mounted branch = mount();
                Mounted commit = mount("-c", "1");
                FileChannel following = FileChannel.open(branch.at().resolve("file"));
                FileChannel fixed = FileChannel.open(commit.at().resolve("file"))) {
            assertThat(read(following, 0, MIB)).isEqualTo(Arrays.copyOf(old, MIB));
            Files.size(branch.at().resolve("file"));
            pfs("put", work.resolve("later").toString(), "file");
            try (FileChannel again = FileChannel.open(branch.at().resolve("file"))) {
                assertThat(again.size()).isEqualTo(later.length);
            }
            assertThatThrownBy(
                            () -> {
                                for (int at = 0; at < size; at += MIB) {
                                    assertThat(read(following, at, MIB))
                                            .isEqualTo(Arrays.copyOfRange(old, at, at + MIB));
                                }
                            })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Stale file handle");
            assertThat(Files.readAllBytes(branch.at().resolve("file"))).isEqualTo(later);
            assertThat(read(fixed, 0, size)).isEqualTo(old);
            pfs("rm", "file");
            assertThat(Files.readAllBytes(commit.at().resolve("file"))).isEqualTo(old);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !Files.exists(branch.at().resolve("file")));
        }
    }

    @Test
    void aBranchIsFollowedWithItsChangesOrByItsCommits() throws Exception {
        Path file = work.resolve("file");
        Files.writeString(file, "one");
        pfs("put", file.toString(), "file");
        pfs("commit", "-m", "one");
        pfs("tag", "v1");
        pfs("branch", "side");
        try (Mounted changes = mount();
                Mounted commits = mount("-c", "HEAD");
                Mounted side = mount("-b", "side");
                Mounted tag = mount("-c", "v1")) {
            Files.writeString(file, "and two");
            pfs("put", file.toString(), "file");
            assertThat(changes.at().resolve("file")).hasContent("and two");
            assertThat(commits.at().resolve("file")).hasContent("one");
            pfs("commit", "-m", "two");
            assertThat(commits.at().resolve("file")).hasContent("and two");
            pfs("put", "-b", "side", file.toString(), "new");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Files.exists(side.at().resolve("new")));
            assertThat(side.at().resolve("file")).hasContent("one");
            assertThat(tag.at().resolve("file")).hasContent("one");
            assertThat(commits.said()).startsWith("the last commit of master is mounted at");
        }
    }

    private static byte[] read(FileChannel from, long offset, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size);
        while (buffer.hasRemaining() && from.read(buffer, offset + buffer.position()) >= 0) {
            // until it is full
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Test
    void aServerThatIsAwayIsAnErrorAndComesBack() throws Exception {
        byte[] bytes = random("file", 3 * MIB);
        pfs("put", work.resolve("file").toString(), "file");
        try (Mounted mounted = mount();
                FileChannel open = FileChannel.open(mounted.at().resolve("file"))) {
            assertThat(read(open, 0, 100)).isEqualTo(Arrays.copyOf(bytes, 100));
            int port = server.port();
            server.kill();
            long began = System.nanoTime();
            assertThatThrownBy(() -> read(open, 2 * MIB, MIB))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Input/output error");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(30));
            server = serve(port);
            assertThat(read(open, 0, 3 * MIB)).isEqualTo(bytes);
            assertThat(Files.readAllBytes(mounted.at().resolve("file"))).isEqualTo(bytes);
            assertThat(mounted.said()).contains("does not answer", "answers again");
        }
    }

    @Test
    void aServerThatHangsIsAnErrorInBoundedTime() throws Exception {
        random("file", 100);
        pfs("put", work.resolve("file").toString(), "file");
        try (Mounted mounted = mount()) {
            server.signal("STOP");
            try {
                long began = System.nanoTime();
                assertThatThrownBy(() -> Files.readAllBytes(mounted.at().resolve("file")))
                        .isInstanceOf(IOException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .isLessThan(Duration.ofSeconds(60));
            } finally {
                server.signal("CONT");
            }
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> Files.readAllBytes(mounted.at().resolve("file")).length == 100);
        }
    }

    @Test
    void itEndsBySignalsAndByUnmounting() throws Exception {
        random("file", 100);
        pfs("put", work.resolve("file").toString(), "file");
        for (String end : List.of("TERM", "INT", "umount", "fusermount3 -u")) {
            try (Mounted mounted = mount()) {
                assertThat(mounted.isMounted()).isTrue();
                String target = mounted.at().toString();
                switch (end) {
                    case "umount", "fusermount3 -u" -> {
                        // Others may be looking at new mounts just now, as desktops do.
                        String[] words = (end + " " + target).split(" ");
                        await().until(() -> Ended.of(work, words).code() == 0);
                    }
                    default -> {
                        try (FileChannel _ = FileChannel.open(mounted.at().resolve("file"))) {
                            String pid = Long.toString(mounted.pid());
                            Ended.of(work, "kill", "-" + end, pid);
                            assertThat(mounted.ended()).as(end).isZero();
                        }
                    }
                }
                assertThat(mounted.ended()).as(end).isZero();
                assertThat(mounted.isMounted()).as(end).isFalse();
                assertThat(mounted.said()).as(end).hasLineCount(1);
            }
        }
    }

    @Test
    void whatCannotBeMountedIsSaidBefore() throws Exception {
        random("file", 100);
        pfs("put", work.resolve("file").toString(), "file");
        Path at = Files.createDirectory(work.resolve("at"));
        refused(1, "there is no 'none'", "mount", "none", at.toString());
        refused(1, "file is a file", "mount", "file", at.toString());
        refused(1, "there is no branch, tag or commit 'v9'", "mount", "-c", "v9", at.toString());
        refused(1, "is not empty", "mount", work.toString());
        refused(1, "is not there: mkdir", "mount", work.resolve("away").toString());
        refused(2, "8 at least", "mount", "--cache", "1", at.toString());
        refused(2, "DIRECTORY", "mount");
        try (Mounted mounted = mount()) {
            refused(1, "is a mount already", "mount", mounted.at().toString());
        }
    }

    private void refused(int code, String says, String... arguments) throws Exception {
        Ended ended = Ended.of(work, command(arguments));
        assertThat(ended.out()).hasLineCount(1).startsWith("pfs: ").contains(says);
        assertThat(ended.code()).isEqualTo(code);
    }
}
