package pfs.testing.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.embedded.EmbeddedStore;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectSource;
import pfs.pack.PackHeader;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.FsckSettings;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Settings;
import pfs.repo.Snapshot;
import pfs.tree.FileEntry;

/**
 * Data directories that earlier builds left when they were killed, made by the script {@code
 * golden} beside them. A build that cannot open one, or reads other bytes, breaks what users have.
 */
class GoldenTest {
    @TempDir Path work;

    private static void unpack(String name, Path into) throws IOException {
        InputStream there = GoldenTest.class.getResourceAsStream(name);
        try (ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(there, name))) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                Path path = into.resolve(e.getName());
                if (e.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(Objects.requireNonNull(path.getParent()));
                    Files.copy(zip, path);
                }
            }
        }
    }

    private static EmbeddedStore open(Path data) throws IOException {
        return EmbeddedStore.open(data, InstantSource.system(), Settings.standard());
    }

    private static String read(Repos repos, Snapshot at, String path) throws IOException {
        FileEntry file = (FileEntry) at.find(path).orElseThrow();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        var channel = Channels.newChannel(out);
        repos.contents()
                .read(
                        file.content(),
                        0,
                        file.content().size(),
                        (ByteBuffer piece) -> {
                            while (piece.hasRemaining()) {
                                channel.write(piece);
                            }
                        });
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<String> names(Snapshot at) {
        List<String> names = new ArrayList<>();
        at.list("", "", true).forEachRemaining(entry -> names.add(entry.path()));
        return names;
    }

    private static List<String> messages(Repo repo, String from) {
        List<String> messages = new ArrayList<>();
        repo.log(repo.resolve(from, "master"), null)
                .forEachRemaining(commit -> messages.add(commit.message()));
        return messages;
    }

    @ParameterizedTest
    @ValueSource(strings = {"pfs-1.zip"})
    void whatAnEarlierBuildLeftIsRead(String name) throws IOException {
        Path data = work.resolve("data");
        unpack(name, data);
        for (int start = 0; start < 2; start++) {
            try (EmbeddedStore store = open(data)) {
                isAsItWasLeft(store.repos());
                assertThat(
                                store.repos()
                                        .collector()
                                        .check(new FsckSettings(false, 100), ObjectSource.NONE)
                                        .findings())
                        .isEmpty();
            }
        }
    }

    private static void isAsItWasLeft(Repos repos) throws IOException {
        Repo repo = repos.find(Repos.DEFAULT_REPO).orElseThrow();
        assertThat(messages(repo, "master")).containsExactly("second", "first");
        assertThat(messages(repo, "draft")).containsExactly("third", "first");
        assertThat(repo.branches("", 10)).containsExactlyInAnyOrder("draft", "master");
        assertThat(repo.tags("", 10)).containsExactly("v1");
        Commit first = repo.tag("v1");
        assertThat(repo.resolve("1", "master")).isEqualTo(first);
        assertThat(repo.resolve("master~1", "master")).isEqualTo(first);

        Snapshot tagged = repo.snapshot(first);
        for (int i = 1; i <= 9; i++) {
            assertThat(read(repos, tagged, "small/" + i)).isEqualTo("text " + i + "\n");
        }
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= 30_000; i++) {
            lines.append("line ").append(i).append(" of a file of many lines\n");
        }
        assertThat(read(repos, tagged, "dir/long")).isEqualTo(lines.toString());

        Snapshot head = repo.snapshot(repo.resolve("master", "master"));
        assertThat(read(repos, head, "small/5")).isEqualTo("changed\n");
        assertThat(head.find("small/9")).isEmpty();
        assertThat(head.find("uncommitted")).isEmpty();
        Snapshot draft = repo.snapshot(repo.resolve("draft", "draft"));
        assertThat(read(repos, draft, "draft-only")).isEqualTo("only in draft\n");
        Snapshot now = repo.snapshot("master");
        assertThat(read(repos, now, "uncommitted")).isEqualTo("not committed\n");
        assertThat(names(now)).hasSize(names(tagged).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pfs-1.zip"})
    void anEarlierDirectoryIsWorkedInAndItsIndexIsMadeAgain(String name) throws IOException {
        Path data = work.resolve("data");
        unpack(name, data);
        try (EmbeddedStore store = open(data)) {
            Repo repo = store.repos().find(Repos.DEFAULT_REPO).orElseThrow();
            FileEntry copied = (FileEntry) repo.snapshot("master").find("small/1").orElseThrow();
            repo.put("master", "more", copied, Precondition.NONE);
            repo.commit("master", new CommitRequest("fourth", "somebody", Map.of(), null));
        }
        try (EmbeddedStore store =
                EmbeddedStore.openWithoutIndex(data, InstantSource.system(), Settings.standard())) {
            Repo repo = store.repos().find(Repos.DEFAULT_REPO).orElseThrow();
            assertThat(messages(repo, "master")).containsExactly("fourth", "second", "first");
            Snapshot head = repo.snapshot(repo.resolve("master", "master"));
            assertThat(read(store.repos(), head, "more")).isEqualTo("text 1\n");
            assertThat(read(store.repos(), head, "uncommitted")).isEqualTo("not committed\n");
        }
    }

    @Test
    void aDirectoryOfALaterVersionIsLeftAlone() throws IOException {
        Path data = work.resolve("data");
        unpack("pfs-1.zip", data);
        Files.writeString(data.resolve("format"), "pfs 2\n");
        assertThatThrownBy(() -> open(data).close())
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
                .hasMessageContaining("pfs 2");
        assertThat(Files.readString(data.resolve("format"))).isEqualTo("pfs 2\n");
    }

    /** Of the pack that is being written too, whose torn end would be cut off. */
    @Test
    void aPackOfALaterVersionIsLeftAlone() throws IOException {
        Path data = work.resolve("data");
        unpack("pfs-1.zip", data);
        Path pack = data.resolve("packs/0000000000000001.pack");
        byte[] bytes = Files.readAllBytes(pack);
        ByteBuffer header = ByteBuffer.wrap(bytes, 0, PackHeader.BYTES).putInt(8, 2);
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, 20));
        header.putInt(20, (int) crc.getValue());
        Files.write(pack, bytes);
        assertThatThrownBy(() -> open(data).close())
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
                .hasMessageContaining("version 2");
        assertThat(Files.readAllBytes(pack)).isEqualTo(bytes);
    }
}
