package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.disk.MemoryDisk;
import pfs.journal.Journal;
import pfs.meta.MemoryMetaStore;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.repo.Repos;
import pfs.server.http.Limits;
import pfs.server.start.Additions;
import pfs.server.start.HttpServer;
import pfs.server.start.Listen;
import pfs.server.start.Settings;

/** A disk that does not answer holds up those who need it, and nobody else. */
class StalledDiskTest {
    /** More than there are threads that read requests. */
    private static final int STALLED = 40;

    private final MemoryDisk bytes = new MemoryDisk();
    private final MemoryMetaStore meta = new MemoryMetaStore(InstantSource.system());
    private final MemoryPackIndex index = new MemoryPackIndex();
    private final HttpClient client = HttpClient.newHttpClient();

    /** Reads wait until it is open. */
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Syncs wait until it is open. */
    private volatile CountDownLatch syncs = new CountDownLatch(0);

    private final CountDownLatch stalled = new CountDownLatch(STALLED);

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private interface Use {
        void with(HttpServer server) throws Exception;
    }

    private void serve(Path data, Use use) throws Exception {
        serve(data, Limits.USUAL, use);
    }

    private void serve(Path data, Limits limits, Use use) throws Exception {
        try (Journal journal = Journal.open(new LocalPackStore(new GatedDisk(), "packs"), index);
                Repos repos =
                        Repos.open(
                                journal,
                                meta,
                                InstantSource.system(),
                                pfs.repo.Settings.standard())) {
            Settings settings =
                    new Settings(new Listen("127.0.0.1", 0), data, null, List.of(), limits, false);
            try (HttpServer server =
                    HttpServer.start(repos, settings, InstantSource.system(), Additions.NONE)) {
                use.with(server);
            }
        }
    }

    private HttpRequest.Builder request(HttpServer server, String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/pfs/" + path));
    }

    private void put(HttpServer server, String path, byte[] body) throws Exception {
        HttpRequest put =
                request(server, path).PUT(HttpRequest.BodyPublishers.ofByteArray(body)).build();
        assertThat(client.send(put, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(201);
    }

    private CompletableFuture<byte[]> get(HttpServer server, String path) {
        return client.sendAsync(
                        request(server, path).build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(HttpResponse::body)
                .orTimeout(2, TimeUnit.MINUTES);
    }

    @Test
    void whoReadsWhatIsInMemoryIsAnsweredWhileManyWaitForTheDisk(@TempDir Path data)
            throws Exception {
        serve(
                data,
                server -> {
                    put(server, "known", random(1, 4_000));
                    for (int i = 0; i < STALLED; i++) {
                        put(server, "cold" + i, random(100 + i, i % 2 == 0 ? 4_000 : 40_000));
                    }
                });
        serve(
                data,
                server -> {
                    assertThat(get(server, "known").get()).isEqualTo(random(1, 4_000));
                    gate = new CountDownLatch(1);
                    List<CompletableFuture<byte[]>> waiting = new ArrayList<>();
                    try {
                        for (int i = 0; i < STALLED; i++) {
                            waiting.add(get(server, "cold" + i));
                        }
                        stalled.await();
                        for (int i = 0; i < 100; i++) {
                            assertThat(get(server, "known").get()).isEqualTo(random(1, 4_000));
                        }
                        assertThat(waiting).noneMatch(CompletableFuture::isDone);
                    } finally {
                        gate.countDown();
                    }
                    for (int i = 0; i < STALLED; i++) {
                        assertThat(waiting.get(i).get())
                                .isEqualTo(random(100 + i, i % 2 == 0 ? 4_000 : 40_000));
                    }
                });
        client.close();
    }

    @Test
    void shortFilesWaitForTheDiskWithoutHoldingUpAnybody(@TempDir Path data) throws Exception {
        // A request counts until a moment after its answer: who asks on at once may meet some.
        Limits few = new Limits(1_000, STALLED / 4, 1, 1 << 20, 30_000, 0);
        serve(
                data,
                few,
                server -> {
                    put(server, "known", random(1, 4_000));
                    assertThat(get(server, "known").get()).isEqualTo(random(1, 4_000));
                    syncs = new CountDownLatch(1);
                    List<Socket> waiting = new ArrayList<>();
                    try {
                        // Many more than the requests that may be on their way: these hold no
                        // thread.
                        for (int i = 0; i < STALLED; i++) {
                            Socket socket = new Socket("127.0.0.1", server.port());
                            socket.setSoTimeout(60_000);
                            socket.getOutputStream().write(shortPut(i));
                            waiting.add(socket);
                        }
                        for (int i = 0; i < 100; i++) {
                            assertThat(get(server, "known").get()).isEqualTo(random(1, 4_000));
                        }
                        for (Socket socket : waiting) {
                            assertThat(socket.getInputStream().available()).isZero();
                        }
                    } finally {
                        syncs.countDown();
                    }
                    for (Socket socket : waiting) {
                        byte[] status = socket.getInputStream().readNBytes(12);
                        assertThat(new String(status, StandardCharsets.US_ASCII))
                                .isEqualTo("HTTP/1.1 201");
                        socket.close();
                    }
                    for (int i = 0; i < STALLED; i++) {
                        assertThat(get(server, "short" + i).get()).isEqualTo(random(i, 3_000));
                    }
                });
    }

    private static byte[] shortPut(int i) {
        byte[] body = random(i, 3_000);
        byte[] head =
                ("PUT /pfs/short"
                                + i
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /** Keeps bytes in memory; whoever reads waits for the gate. */
    private final class GatedDisk implements Disk {
        @Override
        public DiskFile open(String path, Mode mode) throws IOException {
            return new GatedFile(bytes.open(path, mode));
        }

        @Override
        public long size(String path) throws IOException {
            return bytes.size(path);
        }

        @Override
        public List<String> list(String directory) throws IOException {
            return bytes.list(directory);
        }

        @Override
        public void makeDirectories(String directory) throws IOException {
            bytes.makeDirectories(directory);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            bytes.rename(from, to);
        }

        @Override
        public boolean delete(String path) throws IOException {
            return bytes.delete(path);
        }

        @Override
        public void syncDirectory(String directory) throws IOException {
            bytes.syncDirectory(directory);
        }

        @Override
        public Lock lock(String path) throws IOException {
            return bytes.lock(path);
        }

        @Override
        public long freeSpace() throws IOException {
            return bytes.freeSpace();
        }
    }

    private final class GatedFile implements DiskFile {
        private final DiskFile file;

        GatedFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            CountDownLatch now = gate;
            if (now.getCount() > 0) {
                stalled.countDown();
                try {
                    now.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return file.read(into, offset);
        }

        @Override
        public void write(long offset, ByteBuffer... parts) throws IOException {
            file.write(offset, parts);
        }

        @Override
        public void sync() throws IOException {
            try {
                syncs.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            file.sync();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
