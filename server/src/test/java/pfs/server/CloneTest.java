package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.embedded.EmbeddedStore;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.server.start.DirectoryCommand;
import pfs.server.start.ServeCommand;

/** Data directories that the command line makes from a server, and exchanges commits with. */
class CloneTest extends HttpTest {
    @TempDir Path work;

    private String told = "";

    private static EmbeddedStore open(Path data) throws IOException {
        return EmbeddedStore.open(data, InstantSource.system(), pfs.repo.Settings.standard());
    }

    private int run(String... arguments) {
        ServeCommand.Opener opener =
                data -> {
                    EmbeddedStore store = open(data);
                    return new ServeCommand.Store() {
                        @Override
                        public Repos repos() {
                            return store.repos();
                        }

                        @Override
                        public void close() throws IOException {
                            store.close();
                        }
                    };
                };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code = DirectoryCommand.run(List.of(arguments), Map.of(), opener, print, print);
        told = out.toString(StandardCharsets.UTF_8);
        return code;
    }

    @Test
    void aServerIsClonedAndTheCopyExchangesCommitsWithIt() throws IOException {
        String name = repo.substring("/repos/".length());
        put(repo + "/pfs/dir/a", "1");
        String first = post(repo + "/commit", "").body().strip();
        Path copy = work.resolve("copy");
        assertThat(run("clone", server().url(), copy.toString())).as(told).isZero();
        assertThat(copy.resolve("clone")).doesNotExist();
        try (EmbeddedStore store = open(copy)) {
            Repo cloned = store.repos().find(name).orElseThrow();
            assertThat(cloned.head("master").orElseThrow().id()).hasToString(first);
            assertThat(cloned.remotes().find("origin").orElseThrow().url())
                    .isEqualTo(server().url());
        }
        put(repo + "/pfs/dir/b", "2");
        String second = post(repo + "/commit", "").body().strip();
        String[] more = {"--server", server().url(), "--repo", name};
        assertThat(run("push", copy.toString(), more[0], more[1], more[2], more[3])).isZero();
        assertThat(told).contains("moved\tbranch\t" + second + "\tmaster\n");
        put(repo + "/branches/master?commit=" + first, "");
        assertThat(run("pull", copy.toString(), more[0], more[1], more[2], more[3])).isZero();
        assertThat(get(repo + "/branches/master").body().strip()).isEqualTo(second);
    }

    @Test
    void whatIsThereIsNotOverwrittenAndWhatWasCutOffGoesOn() throws IOException {
        Files.writeString(work.resolve("mine"), "mine");
        assertThat(run("clone", server().url(), work.toString())).isEqualTo(1);
        assertThat(told).contains("not empty").hasLineCount(1);
        Path copy = Files.createDirectory(work.resolve("copy"));
        Files.writeString(copy.resolve("clone"), server().url());
        open(copy).close();
        assertThat(run("clone", server().url(), copy.toString())).as(told).isZero();
        assertThat(run("clone", "http://127.0.0.1:1", work.resolve("x").toString())).isEqualTo(1);
        assertThat(run("clone")).isEqualTo(2);
    }
}
