package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.chunk.ContentWriter;
import pfs.embedded.EmbeddedStore;
import pfs.repo.Arrivals;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Written;
import pfs.server.auth.Token;
import pfs.server.care.OfflineCommand;
import pfs.server.http.Limits;
import pfs.server.http.Right;
import pfs.server.start.Additions;
import pfs.server.start.HttpServer;
import pfs.server.start.Listen;
import pfs.server.start.Settings;
import pfs.server.sync.HttpPeer;
import pfs.sync.Pull;
import pfs.tree.FileEntry;

/** Commits between two real servers; the other one wants a token. */
class PushTest extends HttpTest {
    private static final String TOKEN = "secret of the other";

    @TempDir static Path directory;

    /** What a push after one small change may take. */
    private static final long BAR_NANOS = 100_000_000;

    private static final int MOST_PUSHES = 150;

    /** Places at which a push is cut. */
    private static final int CUTS = 12;

    private static EmbeddedStore otherStore;
    private static HttpServer other;

    @BeforeAll
    static void startOther() throws IOException {
        otherStore =
                EmbeddedStore.open(directory, InstantSource.system(), pfs.repo.Settings.standard());
        byte[] digest =
                pfs.object.ObjectId.sha256()
                        .digest(TOKEN.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Token token =
                new Token(
                        "pusher",
                        java.util.HexFormat.of().formatHex(digest),
                        List.of(new Token.Grant(Right.WRITE, null)));
        Settings settings =
                new Settings(
                        new Listen("127.0.0.1", 0),
                        directory,
                        null,
                        List.of(token),
                        Limits.USUAL,
                        false);
        other =
                HttpServer.start(
                        otherStore.repos(), settings, InstantSource.system(), Additions.NONE);
    }

    @AfterAll
    static void stopOther() throws IOException {
        other.close();
        otherStore.close();
    }

    private String otherRepo() {
        String name = repo.substring("/repos/".length());
        otherStore.repos().create(name);
        return other.url() + repo;
    }

    @Test
    void commitsGoThereAndComeBack() {
        String url = otherRepo();
        byte[] large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        send("PUT", repo + "/pfs/large", large);
        for (int i = 0; i < 50; i++) {
            put(repo + "/pfs/dir/" + i, "text " + i);
        }
        String id = post(repo + "/commit", "").body().strip();
        put(repo + "/pfs/dir/7", "changed");
        String second = post(repo + "/commit", "").body().strip();
        assertThat(post(repo + "/tags/v1?commit=" + id, "").statusCode()).isEqualTo(201);

        assertThat(put(repo + "/remotes/there?url=" + url, "").statusCode()).isEqualTo(201);
        assertThat(post(repo + "/push?to=there", "").statusCode()).as("no token").isEqualTo(502);
        assertThat(
                        put(repo + "/remotes/there?url=" + url, "", "Pfs-Remote-Token", TOKEN)
                                .statusCode())
                .isEqualTo(200);
        assertThat(get(repo + "/remotes").body()).contains("there  " + url).doesNotContain(TOKEN);
        String told = post(repo + "/push?to=there", "").body();
        assertThat(told).contains("new\tbranch\t" + second + "\tmaster\n");
        assertThat(told).contains("new\ttag\t" + id + "\tv1\n");
        assertThat(post(repo + "/push?to=there", "").body()).isEmpty();

        String copy = repo + "-copy";
        assertThat(put(copy, "").statusCode()).isEqualTo(201);
        assertThat(post(copy + "/pull?from=" + url, "", "Pfs-Remote-Token", TOKEN).statusCode())
                .isEqualTo(200);
        assertThat(get(copy + "/pfs/dir/7").body()).isEqualTo("changed");
        assertThat(get(copy + "/pfs/dir/7?commit=" + id).body()).isEqualTo("text 7");
        assertThat(get(copy + "/pfs/dir/7?commit=" + id.substring(0, 9)).body())
                .isEqualTo("text 7");
        assertThat(Arrays.equals(bytes("GET", copy + "/pfs/large?commit=v1", null).body(), large))
                .isTrue();
    }

    private static FileEntry entry(Repos repos, byte[] bytes) {
        try (ContentWriter writer = repos.newContent()) {
            writer.write(ByteBuffer.wrap(bytes));
            return new FileEntry(writer.finish(), false, 0, null, Map.of());
        }
    }

    private String name() {
        return repo.substring("/repos/".length());
    }

    /** 20,000 files in this server's repo, without a request for each. */
    private void manyFiles() {
        Repo here = repos().find(name()).orElseThrow();
        List<CompletableFuture<Written>> writes = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            FileEntry entry = entry(repos(), ("text " + i).getBytes(StandardCharsets.UTF_8));
            String path = "d" + i % 100 + "/file-number-" + i;
            writes.add(here.putLater("master", path, entry, Precondition.NONE));
        }
        writes.forEach(CompletableFuture::join);
    }

    @Test
    @Tag("embedded")
    void aPushAfterOneSmallChangeCostsLittle() throws IOException {
        otherRepo();
        manyFiles();
        post(repo + "/commit", "");
        String[] token = {"Pfs-Remote-Token", TOKEN};
        assertThat(post(repo + "/push?to=" + other.url() + repo, "", token).statusCode())
                .isEqualTo(200);
        // On a machine that is busy with other things some are slow: one that is not tells enough.
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < MOST_PUSHES && (i < 3 || fastest >= BAR_NANOS); i++) {
            put(repo + "/pfs/d7/file-number-7", "changed for the " + i + "th time");
            post(repo + "/commit", "");
            try (Line line = new Line(other.port(), Long.MAX_VALUE)) {
                long began = System.nanoTime();
                var answer = post(repo + "/push?to=" + line.url() + repo, "", token);
                fastest = Math.min(fastest, System.nanoTime() - began);
                assertThat(answer.body()).startsWith("moved\tbranch\t");
                assertThat(line.requests()).isBetween(2, 20);
                assertThat(line.bytes()).isBetween(1_000L, 200L << 10);
            }
        }
        assertThat(fastest).as("nanoseconds of the fastest push").isLessThan(BAR_NANOS);
    }

    /** A repo there for each place at which the line to it is cut. */
    @Test
    @Tag("embedded")
    void aPushCutOffAnywhereChangesNothingThereAndGoesOn() throws IOException {
        put(repo + "/pfs/a", "1");
        String first = post(repo + "/commit", "").body().strip();
        // The first push goes through, and tells how long it is.
        String all = changed(0, first);
        long whole = push(0, Long.MAX_VALUE, 200);
        assertThat(headThere(0)).isEqualTo(all);
        for (int cut = 1; cut <= CUTS; cut++) {
            String second = changed(cut, first);
            long came = push(cut, whole * cut / (CUTS + 1), 502);
            assertThat(headThere(cut)).isEqualTo(first);
            long rest = push(cut, Long.MAX_VALUE, 200);
            assertThat(headThere(cut)).isEqualTo(second);
            // Each stream had a record under way, and what is asked first is asked again.
            assertThat(rest).isLessThan(whole - came + 4 * 1_100_000 + 100_000);
        }
    }

    /**
     * Has a repo there at the first commit, and here another commit, of contents that no other has,
     * since objects are shared by all repos; answers its id.
     */
    private String changed(int number, String first) {
        otherStore.repos().create("cut" + number);
        put(repo + "/branches/master?commit=" + first, "");
        String there = other.url() + "/repos/cut" + number;
        assertThat(post(repo + "/push?to=" + there, "", "Pfs-Remote-Token", TOKEN).statusCode())
                .isEqualTo(200);
        byte[] large = new byte[6_000_000];
        new Random(number).nextBytes(large);
        send("PUT", repo + "/pfs/large", large);
        for (int i = 0; i < 30; i++) {
            put(repo + "/pfs/dir/" + i, "text " + i + " of " + number);
        }
        return post(repo + "/commit", "").body().strip();
    }

    /** Pushes over a line that is cut after so many bytes; answers how many went there. */
    private long push(int number, long cutAfter, int expected) throws IOException {
        try (Line line = new Line(other.port(), cutAfter)) {
            String to = line.url() + "/repos/cut" + number;
            assertThat(post(repo + "/push?to=" + to, "", "Pfs-Remote-Token", TOKEN).statusCode())
                    .isEqualTo(expected);
            return line.there();
        }
    }

    private static String headThere(int number) {
        Repo there = otherStore.repos().find("cut" + number).orElseThrow();
        return there.head("master").orElseThrow().id().toString();
    }

    @Test
    void whatWentElsewhereIsRefusedUnlessForced() {
        String url = otherRepo();
        String[] token = {"Pfs-Remote-Token", TOKEN};
        put(repo + "/pfs/a", "1");
        post(repo + "/commit", "");
        assertThat(post(repo + "/push?to=" + url, "", token).statusCode()).isEqualTo(200);
        put(repo + "/pfs/a", "2");
        String two = post(repo + "/commit", "").body().strip();
        assertThat(post(repo + "/push?to=" + url, "", token).statusCode()).isEqualTo(200);
        put(repo + "/branches/master?commit=1", "");
        put(repo + "/pfs/a", "3");
        String three = post(repo + "/commit", "").body().strip();
        var refused = post(repo + "/push?to=" + url, "", token);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("urn:pfs:not-fast-forward", "\"ref\":\"master\"");
        assertThat(post(repo + "/pull?from=" + url, "", token).statusCode()).isEqualTo(409);
        assertThat(post(repo + "/fetch?from=" + url, "", token).body())
                .isEqualTo("new\tbranch\t" + two + "\t127.0.0.1/master\n");
        assertThat(post(repo + "/merge?from=127.0.0.1/master&strategy=ours", "").statusCode())
                .isEqualTo(200);
        assertThat(post(repo + "/push?to=" + url, "", token).statusCode()).isEqualTo(200);
        put(repo + "/branches/master?commit=" + three, "");
        assertThat(post(repo + "/push?force&branch=master&to=" + url, "", token).body())
                .isEqualTo("moved\tbranch\t" + three + "\tmaster\n");
    }

    @Test
    void whatIsWrongIsSaid() {
        assertThat(post(repo + "/push?to=nobody", "").statusCode()).isEqualTo(404);
        assertThat(post(repo + "/push?to=ftp://x/", "").statusCode()).isEqualTo(400);
        put(repo + "/pfs/a", "1");
        post(repo + "/commit", "");
        assertThat(post(repo + "/push?to=http://127.0.0.1:1/", "").statusCode()).isEqualTo(502);
        assertThat(put(repo + "/remotes/x?url=y", "").statusCode()).isEqualTo(400);
        assertThat(delete(repo + "/remotes/x").statusCode()).isEqualTo(404);
        assertThat(
                        post(repo + "/sync/objects", "nonsense that is no record at all, but long")
                                .statusCode())
                .isEqualTo(400);
        assertThat(post(repo + "/sync/lacks", "123").statusCode()).isEqualTo(400);
        assertThat(post(repo + "/sync/refs", "branch master").statusCode()).isEqualTo(400);
        assertThat(post(repo + "/sync/difference?wants=9&bytes=1", "").statusCode()).isEqualTo(400);
        assertThat(Files.exists(directory)).isTrue();
    }

    /** Flips a bit of some bytes where they lie, in a store's own directory. */
    private static void flip(Path data, byte[] bytes) throws IOException {
        byte[] begin = Arrays.copyOf(bytes, 64);
        try (var packs = Files.newDirectoryStream(data.resolve("packs"), "*.pack")) {
            for (Path pack : packs) {
                byte[] all = Files.readAllBytes(pack);
                for (int at = 0; at + begin.length <= all.length; at++) {
                    if (Arrays.equals(all, at, at + begin.length, begin, 0, begin.length)) {
                        try (var file =
                                java.nio.channels.FileChannel.open(
                                        pack, java.nio.file.StandardOpenOption.WRITE)) {
                            byte[] flipped = {(byte) (all[at] ^ 1)};
                            file.write(java.nio.ByteBuffer.wrap(flipped), at);
                        }
                        return;
                    }
                }
            }
        }
        throw new AssertionError("the bytes are in no pack");
    }

    @Test
    @Tag("embedded")
    void whatIsDamagedHereIsMendedFromTheOtherServer() throws IOException {
        String url = otherRepo();
        byte[] bytes = new byte[200_000];
        new Random(5).nextBytes(bytes);
        send("PUT", repo + "/pfs/f", bytes);
        post(repo + "/commit", "");
        assertThat(post(repo + "/push?to=" + url, "", "Pfs-Remote-Token", TOKEN).statusCode())
                .isEqualTo(200);
        repos().journal().catchUp();
        flip(settings().data(), bytes);
        assertThat(get("/fsck").body()).contains("is damaged").contains("file /f");
        String from = "/fsck?from=" + other.url();
        assertThat(post(from, "").statusCode()).as("no token").isEqualTo(502);
        String mended = post(from, "", "Pfs-Remote-Token", TOKEN).body();
        assertThat(mended).contains("mended").doesNotContain("mended  0");
        assertThat(send("GET", repo + "/pfs/f", new byte[0]).statusCode()).isEqualTo(200);
        assertThat(get("/fsck", "Accept", "application/json").body()).contains("\"whole\":true");
        assertThat(post("/fsck?from=http://127.0.0.1:1/", "").statusCode())
                .as("nobody is asked when nothing is missing")
                .isEqualTo(200);
    }

    @Test
    void aDirectoryIsMendedFromAServer(@TempDir Path copy) throws IOException {
        byte[] bytes = new byte[200_000];
        new Random(6).nextBytes(bytes);
        send("PUT", repo + "/pfs/f", bytes);
        post(repo + "/commit", "");
        String name = repo.substring("/repos/".length());
        try (EmbeddedStore store = open(copy);
                HttpPeer peer = new HttpPeer(HttpPeer.Address.parse(url() + repo, name), null)) {
            store.repos().create(name);
            new Pull(store.repos(), store.repos().find(name).orElseThrow(), peer)
                    .run(null, "", Arrivals.Mode.FAST_FORWARD);
        }
        flip(copy, bytes);
        var out = new java.io.ByteArrayOutputStream();
        var print = new java.io.PrintStream(out);
        assertThat(OfflineCommand.run(check(copy), OPENER, print, print)).isEqualTo(1);
        List<String> mend = new java.util.ArrayList<>(check(copy));
        mend.addAll(List.of("--from", url()));
        assertThat(OfflineCommand.run(mend, OPENER, print, print)).as(out.toString()).isZero();
        assertThat(OfflineCommand.run(mend, OPENER, print, print)).isZero();
    }

    private String url() {
        return server().url();
    }

    private static List<String> check(Path data) {
        return List.of("fsck", "--data", data.toString());
    }

    private static EmbeddedStore open(Path data) throws IOException {
        return EmbeddedStore.open(data, InstantSource.system(), pfs.repo.Settings.standard());
    }

    private static final OfflineCommand.Opener OPENER =
            new OfflineCommand.Opener() {
                @Override
                public OfflineCommand.Opened open(Path data, boolean index) throws IOException {
                    EmbeddedStore store = PushTest.open(data);
                    return new OfflineCommand.Opened() {
                        @Override
                        public pfs.repo.Repos repos() {
                            return store.repos();
                        }

                        @Override
                        public void close() throws IOException {
                            store.close();
                        }
                    };
                }

                @Override
                public pfs.object.ObjectSource copy(Path data) {
                    return pfs.object.ObjectSource.NONE;
                }
            };
}
