package pfs.testing.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.runtime.ContainerEngine;

/**
 * A run on a disk that is full: it fails and says so, leaves nothing, and what was kept is read.
 */
class FullDiskTest {
    private static final String NOISE =
            """
            import os
            from http.server import BaseHTTPRequestHandler, HTTPServer

            class Job(BaseHTTPRequestHandler):
                def do_POST(self):
                    self.rfile.read(int(self.headers["Content-Length"]))
                    size = int(os.environ["SIZE"]) << 20
                    self.send_response(200)
                    self.send_header("Content-Type", os.environ["TYPE"])
                    self.send_header("Content-Length", str(size))
                    self.end_headers()
                    for _ in range(size >> 20):
                        self.wfile.write(os.urandom(1 << 19).hex().encode()[:-1] + b"\\n")

                def log_message(self, *arguments):
                    pass

            HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Job).serve_forever()
            """;

    @TempDir Path work;
    private Path disk;
    private JobServer server;

    @BeforeEach
    void mount() throws Exception {
        Assumptions.assumeTrue(Programs.there("python3"), "python3 is not installed");
        disk = Files.createDirectory(work.resolve("disk"));
        ContainerEngine.Ended mounted =
                ContainerEngine.run(
                        Map.of(),
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=96m",
                        "pfs-test",
                        disk.toString());
        Assumptions.assumeTrue(mounted.code() == 0, "may not mount: " + mounted.output());
        Files.writeString(work.resolve("noise.py"), NOISE);
        server = JobServer.ofPrograms(disk.resolve("data"));
    }

    @AfterEach
    void unmount() throws Exception {
        if (server != null) {
            server.close();
            server.kill();
            ContainerEngine.run(Map.of(), "umount", disk.toString());
        }
    }

    private void job(String name, int mebibytes, String more) throws Exception {
        server.job(
                name,
                "{'input': '/in', 'command': ['python3', '"
                        + work.resolve("noise.py")
                        + "'], 'env': {'SIZE': '"
                        + mebibytes
                        + "', 'TYPE': 'text/plain'}"
                        + more
                        + "}");
    }

    @Test
    void aRunThatFillsTheDiskFailsAndLeavesNothing() throws Exception {
        server.put("in/a", "a");
        server.commit();
        job("noise", 300, "");
        assertThat(server.fail("noise")).containsAnyOf("the disk is full", "No space left");
        assertThat(server.get("/pfs/in/a").expect(200).text()).isEqualTo("a");
        assertThat(server.get("/jobs/noise/pfs/").status()).isEqualTo(404);
        assertThat(Programs.left(disk.resolve("data/jobs/tmp"))).isEmpty();
    }

    @Test
    void aSortThatFillsTheDiskFailsAndLeavesNothing() throws Exception {
        server.put("in/a", "a");
        server.commit();
        job("noise", 300, ", 'reduce': {'per': 'batch'}");
        assertThat(server.fail("noise")).containsAnyOf("the disk is full", "No space left");
        assertThat(server.get("/pfs/in/a").expect(200).text()).isEqualTo("a");
        assertThat(Programs.left(disk.resolve("data/jobs/tmp"))).isEmpty();
        // The records were in temporary files: there is room again.
        job("small", 1, "");
        server.succeed("small");
    }
}
