package pfs.jobs.runtime.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Stands between a pfs server in a container and the engine's socket, and lets through what {@link
 * AllowedCalls} has. Who has the engine's socket is root on its host; who has this one's can start
 * confined containers, see to those of pfs servers, and connect to their port, which needs no
 * network: the proxy enters the container's network namespace ({@link NetworkNamespace}). It runs
 * in a container of its own, or on the host, as root. Each connection carries one call.
 * Thread-safe.
 */
public final class EngineProxy implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EngineProxy.class.getName());
    private static final int CONNECTIONS = 1_024;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final UnixDomainSocketAddress engine;
    private final ServerSocketChannel door;
    private final Semaphore places = new Semaphore(CONNECTIONS);
    private final Map<String, NetworkNamespace> namespaces = new ConcurrentHashMap<>();

    private EngineProxy(Path engine, ServerSocketChannel door) {
        this.engine = UnixDomainSocketAddress.of(engine);
        this.door = door;
    }

    /**
     * Listens until it is closed.
     *
     * @param socket is made anew; any user may connect, so its directory is what it is shared by
     * @param engine the engine's socket
     */
    public static EngineProxy start(Path socket, Path engine) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        EngineProxy proxy = new EngineProxy(engine, door);
        Thread.ofPlatform().daemon().name("engine proxy").start(proxy::listen);
        return proxy;
    }

    private void listen() {
        try {
            while (true) {
                places.acquire();
                SocketChannel client = door.accept();
                Thread.ofVirtual().name("engine call").start(() -> serve(client));
            }
        } catch (InterruptedException | IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the proxy has ended", e);
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            answer(client);
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "a call was cut off", e);
        } finally {
            places.release();
        }
    }

    private void answer(SocketChannel client) throws IOException {
        EngineCall call;
        try {
            call = EngineCall.read(client);
        } catch (EngineCall.MalformedCallException e) {
            refuse(client, 400, String.valueOf(e.getMessage()));
            return;
        }
        if (call != null) {
            judge(client, call);
        }
    }

    private void judge(SocketChannel client, EngineCall call) throws IOException {
        switch (AllowedCalls.of(call)) {
            case AllowedCalls.Greet _ -> write(client, "HTTP/1.1 204 pfs\r\n\r\n");
            case AllowedCalls.Pass pass -> pass(client, pass.call());
            case AllowedCalls.OfContainer of -> {
                Found found = find(of.container());
                if (found == null) {
                    refuse(client, 404, "No such container: " + of.container());
                } else if (!found.own()) {
                    refuse(client, 403, "the container " + of.container() + " is not pfs's");
                } else {
                    if (of.call().method().equals("DELETE")) {
                        forget(found.id());
                    }
                    pass(client, of.call().withPath("/containers/" + found.id() + of.rest()));
                }
            }
            case AllowedCalls.Dial dial -> dial(client, dial.container());
            case AllowedCalls.Refuse refused -> {
                LOG.log(System.Logger.Level.WARNING, "refused: {0}", refused.reason());
                refuse(client, 403, refused.reason());
            }
        }
    }

    private static void write(SocketChannel to, String text) throws IOException {
        write(to, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static void refuse(SocketChannel client, int status, String reason) {
        String body = JSON.writeValueAsString(Map.of("message", reason));
        try {
            write(
                    client,
                    "HTTP/1.1 "
                            + status
                            + " refused\r\nContent-Type: application/json\r\nConnection: close\r\n"
                            + "Content-Length: "
                            + body.getBytes(StandardCharsets.UTF_8).length
                            + "\r\n\r\n"
                            + body);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client left before its answer", e);
        }
    }

    private SocketChannel call(EngineCall call) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(engine);
            write(channel, ByteBuffer.wrap(call.encode()));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void pass(SocketChannel client, EngineCall call) throws IOException {
        SocketChannel answer;
        try {
            answer = call(call);
        } catch (IOException e) {
            refuse(client, 502, "the engine does not answer: " + e.getMessage());
            return;
        }
        try (answer) {
            Thread watch = copyAside(client, null, answer);
            copy(answer, client);
            watch.interrupt();
        }
    }

    /** Copies on a thread of its own; at the end of {@code from} {@code ends} is closed. */
    private static Thread copyAside(
            SocketChannel from, @Nullable SocketChannel to, SocketChannel ends) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            try (ends) {
                                copy(from, to);
                            } catch (IOException e) {
                                LOG.log(System.Logger.Level.DEBUG, "a connection ended", e);
                            }
                        });
    }

    /** To the end; what goes nowhere is dropped. */
    private static void copy(SocketChannel from, @Nullable SocketChannel to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        while (from.read(buffer) >= 0) {
            buffer.flip();
            if (to != null) {
                write(to, buffer);
            }
            buffer.clear();
        }
    }

    /** A container, as the engine knows it. */
    private record Found(String id, boolean own, long pid) {}

    private @Nullable Found find(String container) throws IOException {
        EngineCall question =
                new EngineCall(
                        "GET", "", "/containers/" + container + "/json", Map.of(), new byte[0]);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (SocketChannel channel = call(question)) {
            ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
            while (channel.read(buffer) >= 0 && answer.size() < 4 << 20) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        }
        String text = answer.toString(StandardCharsets.UTF_8);
        int begin = text.indexOf('{');
        if (!text.startsWith("HTTP/1.1 200") || begin < 0) {
            return null;
        }
        return found(text.substring(begin, text.lastIndexOf('}') + 1));
    }

    private static Found found(String json) throws IOException {
        try {
            JsonNode tree = JSON.readTree(json);
            Map<String, String> labels = new HashMap<>();
            tree.path("Config")
                    .path("Labels")
                    .properties()
                    .forEach(label -> labels.put(label.getKey(), label.getValue().asString("")));
            return new Found(
                    tree.path("Id").asString(""),
                    AllowedCalls.own(labels, tree.path("Name").asString("")),
                    tree.path("State").path("Pid").asLong(0));
        } catch (JacksonException e) {
            throw new IOException("the engine's answer is no JSON", e);
        }
    }

    private void dial(SocketChannel client, String container) throws IOException {
        SocketChannel worker;
        try {
            worker = namespace(container).dial(CONNECT);
        } catch (IOException e) {
            refuse(client, 502, String.valueOf(e.getMessage()));
            return;
        }
        try (worker) {
            write(client, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
            copyAside(client, worker, worker);
            copy(worker, client);
        }
    }

    private NetworkNamespace namespace(String container) throws IOException {
        NetworkNamespace known = namespaces.get(container);
        if (known != null) {
            return known;
        }
        Found found = find(container);
        if (found == null || !found.own() || found.pid() == 0) {
            throw new IOException("the container " + container + " is not pfs's, or gone");
        }
        if (!DockerWorker.verifyProcess(found.pid(), found.id())) {
            throw new IOException("the container " + container + " is gone");
        }
        NetworkNamespace made = NetworkNamespace.of(found.pid(), ContainerOrder.PORT);
        NetworkNamespace first = namespaces.putIfAbsent(found.id(), made);
        if (first != null) {
            made.close();
            return first;
        }
        return made;
    }

    private void forget(String container) {
        NetworkNamespace known = namespaces.remove(container);
        if (known != null) {
            known.close();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        namespaces.values().forEach(NetworkNamespace::close);
    }
}
