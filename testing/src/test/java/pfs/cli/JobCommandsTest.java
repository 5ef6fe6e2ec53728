package pfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pfs job}, {@code run}, {@code runs} and {@code logs} against a real server. */
class JobCommandsTest {
    private static final String PROGRAM =
            """
            import os, sys
            from http.server import BaseHTTPRequestHandler, HTTPServer

            class Job(BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    print("mapped", self.headers["Pfs-Path"], file=sys.stderr, flush=True)
                    self.send_response(422 if b"poison" in body else 200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body.upper())

                def log_message(self, *arguments):
                    pass

            HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Job).serve_forever()
            """;

    @TempDir Path work;
    private ServerProcess server;
    private String out = "";
    private String err = "";

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/python3")), "python3 is not installed");
        server = new ServerProcess(work.resolve("data"), "--runtime", "process");
        Path program = Files.writeString(work.resolve("app.py"), PROGRAM);
        Path spec = work.resolve("job.json");
        Files.writeString(
                spec,
                "{\"input\": \"/in\", \"command\": [\"/usr/bin/python3\", \"" + program + "\"]}");
        done("job", "upper", spec.toString());
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (server != null) {
            assertThat(server.stop()).isZero();
        }
    }

    private int pfs(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", server.url()));
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
        assertThat(pfs(arguments)).as(String.join(" ", arguments) + ": " + err).isZero();
    }

    private void put(String path, String text) throws IOException {
        Path file = Files.writeString(work.resolve("file"), text);
        done("put", file.toString(), path);
        done("commit");
    }

    @Test
    void aRunIsStartedListedShownAndItsLogRead() throws Exception {
        put("in/a.txt", "words");
        done("run", "--wait", "upper");
        String id = out.strip();
        assertThat(id).matches("[0-9]{20}");
        done("runs");
        assertThat(out).startsWith(id + "  succeeded  upper  ");
        done("runs", id);
        assertThat(out).contains("state  succeeded").contains("posts  1");
        done("logs", id);
        assertThat(out).contains("mapped in/a.txt");
        done("job");
        assertThat(out).startsWith("upper  1  run  ");
        assertThat(pfs("logs", "20000101000000000000")).isEqualTo(1);
        assertThat(err).contains("20000101000000000000").hasLineCount(1);
    }

    @Test
    void aRunThatFailsIsARefusalThatNamesTheInput() throws Exception {
        put("in/bad.txt", "poison");
        assertThat(pfs("run", "--wait", "upper")).isEqualTo(1);
        String id = out.strip();
        done("runs", id);
        assertThat(out).contains("state  failed").contains("in/bad.txt");
        done("logs", id);
        assertThat(out).contains("mapped in/bad.txt");
    }
}
