package pfs.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.meta.MetaStore;
import pfs.server.start.ServeCommand;

/** A server that others could reach is refused before anything is opened. */
class ListenRefusalTest {
    @TempDir Path data;

    private String refusal(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                ServeCommand.run(
                        List.of(arguments),
                        environment,
                        new ServeCommand.Opener() {
                            @Override
                            public ServeCommand.Store open(Path directory) {
                                throw new AssertionError("opened " + directory);
                            }

                            @Override
                            public MetaStore coordinator(String uri) {
                                throw new AssertionError("asked " + uri);
                            }
                        },
                        new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
                        new PrintStream(err, true, UTF_8));
        assertThat(code).isNotZero();
        return err.toString(UTF_8);
    }

    @Test
    void programsAreNotRunForOtherMachinesUnlessThatIsTyped() {
        assertThat(
                        refusal(
                                Map.of("PFS_TOKEN", "0123456789abcdef0123456789abcdef"),
                                "--listen",
                                "0.0.0.0:7999",
                                "--data",
                                data.toString(),
                                "--runtime",
                                "process"))
                .contains("--allow-process")
                .contains("nothing isolates");
    }

    @Test
    void withoutATokenItDoesNotListenBeyondLoopback() {
        assertThat(refusal(Map.of(), "--listen", "0.0.0.0:7999", "--data", data.toString()))
                .contains("--insecure");
    }
}
