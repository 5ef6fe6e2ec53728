package pfs.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.runtime.process.ProcessRuntime;

class ProcessRuntimeTest extends RuntimeContract {
    private static final String SERVER =
            """
            import os, subprocess
            from http.server import BaseHTTPRequestHandler, HTTPServer
            class Job(BaseHTTPRequestHandler):
                def do_POST(self):
                    script = self.rfile.read(int(self.headers["Content-Length"]))
                    out = subprocess.run(["/bin/sh", "-c", script], capture_output=True).stdout
                    self.send_response(200)
                    self.send_header("Content-Length", len(out))
                    self.end_headers()
                    self.wfile.write(out)
            HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Job).serve_forever()
            """;

    @TempDir Path directory;
    private final String mark = "pfs-test-" + UUID.randomUUID();

    @Override
    Runtime open() throws IOException {
        Files.writeString(directory.resolve("server.py"), SERVER);
        return new ProcessRuntime(directory.resolve("workers"));
    }

    @Override
    String serving() {
        return "\"command\": [\"python3\", \""
                + directory.resolve("server.py")
                + "\", \""
                + mark
                + "\"]";
    }

    @Override
    String running(String script) {
        return "\"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]";
    }

    @Override
    String missing() {
        return "\"command\": [\"/nonexistent/program\"]";
    }

    @Override
    int count() {
        return (int)
                ProcessHandle.allProcesses()
                        .filter(p -> p.info().command().orElse("").contains("python"))
                        .filter(
                                p ->
                                        List.of(p.info().arguments().orElse(new String[0]))
                                                .contains(mark))
                        .count();
    }

    @Test
    void anEditOfTheProgramIsAnotherProgram() throws IOException {
        String before = runtime.resolve(spec(serving())).id();
        assertThat(runtime.resolve(spec(serving())).id()).isEqualTo(before);
        Files.writeString(directory.resolve("server.py"), SERVER + "\n");
        assertThat(runtime.resolve(spec(serving())).id()).isNotEqualTo(before);
    }

    /** Starts a worker in a JVM of its own, and says when it serves. */
    public static final class Server {
        public static void main(String[] arguments) throws Exception {
            ProcessRuntime runtime = new ProcessRuntime(Path.of(arguments[0]));
            runtime.start(runtime.resolve(spec(arguments[1])), (_, _) -> {});
            System.out.println("started");
            Thread.sleep(600_000);
        }
    }

    @Test
    void programsEndWithAServerThatIsKilled() throws Exception {
        Process server =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Server.class.getName(),
                                directory.resolve("other").toString(),
                                serving())
                        .start();
        assertThat(server.inputReader().readLine()).isEqualTo("started");
        for (int i = 0; i < 100 && count() == 0; i++) {
            Thread.sleep(50);
        }
        assertThat(count()).isEqualTo(1);
        server.destroyForcibly().waitFor();
        for (int i = 0; i < 100 && count() > 0; i++) {
            Thread.sleep(50);
        }
        assertThat(count()).isZero();
    }
}
