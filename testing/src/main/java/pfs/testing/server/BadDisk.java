package pfs.testing.server;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A real server on a disk that becomes full, and on one that becomes read-only: reads go on,
 * listings with uncommitted edits too, writes are refused with 507 or 503 and say why, nothing is
 * corrupt, and on a full disk that has room again it goes on without a restart.
 */
public final class BadDisk {
    private static final int MEBIBYTES = 160;

    private final Path root;
    private final Path work;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * @param root the tree that has {@code pfs} in it
     */
    public BadDisk(Path root, Path work) {
        this.root = root;
        this.work = work;
    }

    /** Runs both; throws an AssertionError that says what went wrong. */
    public String run() throws IOException, InterruptedException {
        return full() + "; " + readOnly();
    }

    private String full() throws IOException, InterruptedException {
        int written = 0;
        try (LoopDevice disk = LoopDevice.make(work.resolve("full"), MEBIBYTES);
                ServerProcess server = ServerProcess.ready(root, disk.directory().resolve("d"))) {
            begin(server);
            int status = 201;
            Random random = new Random(7);
            while (status == 201) {
                byte[] bytes = new byte[4 << 20];
                random.nextBytes(bytes);
                HttpResponse<String> put = send(server, "PUT", "/pfs/fill/" + written, bytes);
                status = put.statusCode();
                if (status == 201) {
                    written++;
                } else {
                    expect(status == 507 && put.body().contains("full"), "a full disk", put);
                }
            }
            readsGoOn(server, 0);
            // Room again, by what lies beside the data.
            expect(written > 10, "it took only " + written, null);
            java.nio.file.Files.delete(disk.directory().resolve("ballast"));
            HttpResponse<String> put = send(server, "PUT", "/pfs/after", "after".getBytes());
            for (int i = 0; i < 100 && put.statusCode() != 201; i++) {
                TimeUnit.MILLISECONDS.sleep(100);
                put = send(server, "PUT", "/pfs/after", "after".getBytes());
            }
            expect(put.statusCode() == 201, "a write with room again", put);
            expect(send(server, "POST", "/commit", new byte[0]).statusCode() == 201, "commit", put);
            HttpResponse<String> checked = send(server, "GET", "/fsck", null);
            expect(checked.body().contains("damages  0"), "the check", checked);
            expect(server.stop() == 0, "the stop", null);
        }
        return "a disk of "
                + MEBIBYTES
                + " MiB full after "
                + written
                + " files of 4 MiB: reads went on, and writes when there was room again";
    }

    private String readOnly() throws IOException, InterruptedException {
        try (LoopDevice disk = LoopDevice.make(work.resolve("ro"), MEBIBYTES)) {
            Path data = disk.directory().resolve("d");
            try (ServerProcess server = ServerProcess.ready(root, data)) {
                begin(server);
                // A file system that finds itself damaged goes read-only under its users.
                java.nio.file.Files.writeString(
                        Path.of("/sys/fs/ext4/" + disk.name() + "/trigger_fs_error"), "test");
                HttpResponse<String> put = send(server, "PUT", "/pfs/x", "x".getBytes());
                expect(put.statusCode() == 503 || put.statusCode() == 507, "a write", put);
                readsGoOn(server, 0);
                server.kill();
            }
        }
        return "a disk that went read-only: writes were refused, reads went on";
    }

    private void begin(ServerProcess server) throws IOException, InterruptedException {
        Path ballast = server.data().resolveSibling("ballast");
        java.nio.file.Files.write(ballast, new byte[24 << 20]);
        for (int i = 0; i < 100; i++) {
            expect(
                    send(server, "PUT", "/pfs/d/" + i, ("file " + i).getBytes()).statusCode()
                            == 201,
                    "the beginning",
                    null);
        }
    }

    private void readsGoOn(ServerProcess server, int at) throws IOException, InterruptedException {
        HttpResponse<String> file = send(server, "GET", "/pfs/d/" + (at + 7), null);
        expect(file.body().equals("file " + (at + 7)), "a read", file);
        HttpResponse<String> list = send(server, "GET", "/pfs/d/", null);
        expect(
                list.statusCode() == 200 && list.body().lines().count() == 100,
                "a listing of uncommitted files",
                list);
        HttpResponse<String> status = send(server, "GET", "/status", null);
        expect(status.statusCode() == 200, "the status", status);
    }

    private static void expect(
            boolean holds, String what, @org.jspecify.annotations.Nullable HttpResponse<String> a) {
        if (!holds) {
            throw new AssertionError(
                    what + (a == null ? "" : ": " + a.statusCode() + " " + a.body()));
        }
    }

    private HttpResponse<String> send(
            ServerProcess server,
            String method,
            String path,
            byte @org.jspecify.annotations.Nullable [] body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(server.uri(path))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
