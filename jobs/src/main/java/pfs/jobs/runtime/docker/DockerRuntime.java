package pfs.jobs.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Leftovers;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.Network;

/**
 * Runs containers as workers, over the socket of a Docker Engine or of Podman. Every container of a
 * server bears that server's id as a label, by which {@link #sweep} finds what a killed server
 * left.
 */
public final class DockerRuntime implements Runtime {
    /** The newest API version this was written for; older engines are spoken to in theirs. */
    private static final String NEWEST_API = "1.44";

    static final String LABEL_SERVER = "dev.pfs.server";

    /** Another one after every start of the server. */
    static final String LABEL_SESSION = "dev.pfs.session";

    private static final Duration ANSWER = Duration.ofSeconds(90);
    private static final Duration START_PATIENCE = Duration.ofSeconds(3);
    private static final int PULL_MINUTES = 15;

    private final DockerClient client;
    private final String host;
    private final String server;
    private final @Nullable EngineDoor door;
    private final @Nullable String namespaceObstacle;
    private final AtomicLong starting = new AtomicLong();
    private volatile boolean closing;
    private final String session = Long.toHexString(System.nanoTime());
    private final AtomicLong count = new AtomicLong();
    private final Set<DockerWorker> workers = ConcurrentHashMap.newKeySet();
    private final Leftovers leftovers;

    private DockerRuntime(DockerClient client, String host, String server) {
        this.client = client;
        this.host = host;
        this.server = server;
        this.leftovers = new Leftovers(this::obstacle);
        this.door = EngineDoor.at(host).orElse(null);
        this.namespaceObstacle = door == null ? NetworkNamespace.obstacle() : null;
    }

    /** The sockets where an engine may listen, best first: $DOCKER_HOST, Docker's, Podman's. */
    public static List<String> usualHosts(Map<String, String> environment) {
        String given = environment.get("DOCKER_HOST");
        if (given != null && !given.isBlank()) {
            return List.of(given);
        }
        String own = environment.getOrDefault("XDG_RUNTIME_DIR", "/nonexistent");
        return Stream.of(
                        "/var/run/docker.sock",
                        own + "/docker.sock",
                        "/run/podman/podman.sock",
                        own + "/podman/podman.sock")
                .filter(socket -> Files.exists(Path.of(socket)))
                .map(socket -> "unix://" + socket)
                .toList();
    }

    /**
     * Connects to an engine and agrees on an API version with it.
     *
     * @param host {@code unix:///path} or {@code tcp://host:port}
     * @param server this server's id: the same after a restart, another for every data directory
     * @throws PfsException STOPPED when no engine answers there
     */
    public static DockerRuntime connect(String host, String server) {
        String version;
        try (DockerClient first = client(host, null)) {
            String engine = first.versionCmd().exec().getApiVersion();
            version = engine != null && older(engine) ? engine : NEWEST_API;
        } catch (IOException | RuntimeException e) {
            throw new PfsException(
                    ErrorCode.STOPPED,
                    "no container engine answers at " + host + ": " + rootMessage(e),
                    null,
                    e);
        }
        return new DockerRuntime(client(host, version), host, server);
    }

    private static boolean older(String version) {
        return !RemoteApiVersion.parseConfig(version)
                .isGreaterOrEqual(RemoteApiVersion.parseConfig(NEWEST_API));
    }

    private static DockerClient client(String host, @Nullable String version) {
        DefaultDockerClientConfig.Builder builder =
                DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host);
        if (version != null) {
            builder.withApiVersion(version);
        }
        DefaultDockerClientConfig config = builder.build();
        return DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .sslConfig(config.getSSLConfig())
                        .maxConnections(1000)
                        .connectionTimeout(Duration.ofSeconds(5))
                        .responseTimeout(ANSWER)
                        .build());
    }

    static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).strip();
    }

    @Override
    public String kind() {
        return "docker";
    }

    @Override
    public Program resolve(JobSpec spec) {
        String image = spec.image();
        if (image == null) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "field 'image' is missing: jobs run in containers here",
                    "image");
        }
        if (spec.network() == Network.NONE && namespaceObstacle != null) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "field 'network' is none, for which the server must be root on the engine's"
                            + " Linux host, but "
                            + namespaceObstacle
                            + "; say \"network\": \"egress\" to let this job's containers reach"
                            + " the network",
                    "network");
        }
        try {
            InspectImageResponse found = inspect(image);
            String id = Objects.requireNonNull(found.getId());
            return new Program(
                    id.startsWith("sha256:") ? id : "sha256:" + id,
                    found.getOs() + "/" + found.getArch(),
                    spec);
        } catch (NotFoundException e) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "the engine has no image '" + image + "'", "image", e);
        } catch (RuntimeException e) {
            throw gone(e);
        }
    }

    private InspectImageResponse inspect(String image) {
        try {
            return client.inspectImageCmd(image).exec();
        } catch (NotFoundException e) {
            pull(image, e);
            return client.inspectImageCmd(image).exec();
        }
    }

    private void pull(String image, NotFoundException missing) {
        try {
            String tagged =
                    image.substring(image.lastIndexOf('/') + 1).matches(".*[:@].*")
                            ? image
                            : image + ":latest";
            boolean done =
                    client.pullImageCmd(tagged)
                            .exec(new ResultCallback.Adapter<PullResponseItem>())
                            .awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES);
            if (!done) {
                throw new DockerException("not within " + PULL_MINUTES + " minutes", 504);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw missing;
        } catch (RuntimeException e) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "the engine has no image '" + image + "' and cannot pull it: " + rootMessage(e),
                    "image",
                    e);
        }
    }

    private PfsException gone(RuntimeException e) {
        if (e instanceof PfsException own) {
            return own;
        }
        if (e instanceof DockerException refused && refused.getHttpStatus() < 500) {
            return new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "the container engine refused: " + rootMessage(e),
                    null,
                    e);
        }
        return new PfsException(
                ErrorCode.STOPPED,
                "the container engine at " + host + " failed: " + rootMessage(e),
                null,
                e);
    }

    @Override
    public Worker start(Program program, LogSink log) {
        String name = "pfs-" + server + "-" + session + "-" + count.incrementAndGet();
        starting.incrementAndGet();
        try {
            if (closing) {
                throw new PfsException(ErrorCode.STOPPED, "the server is stopping");
            }
            String id =
                    ContainerOrder.create(
                            client,
                            program,
                            name,
                            Map.of(LABEL_SERVER, server, LABEL_SESSION, session));
            client.startContainerCmd(id).exec();
            DockerWorker worker =
                    DockerWorker.of(
                            client,
                            leftovers,
                            id,
                            name,
                            program.spec(),
                            log,
                            door,
                            workers::remove);
            workers.add(worker);
            return worker;
        } catch (IOException | RuntimeException e) {
            // The engine may have made it, though it never said so: hence by name.
            leftovers.remove(name);
            throw gone(e instanceof RuntimeException r ? r : new IllegalStateException(e));
        } finally {
            starting.decrementAndGet();
        }
    }

    /** Kills and removes a container with its volumes; why it stays, null if it does not. */
    private @Nullable String obstacle(String container) {
        try {
            client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
            return null;
        } catch (NotFoundException e) {
            return null;
        } catch (RuntimeException e) {
            return rootMessage(e);
        }
    }

    @Override
    public void sweep() {
        try {
            List<Container> left =
                    client.listContainersCmd()
                            .withShowAll(true)
                            .withLabelFilter(Map.of(LABEL_SERVER, server))
                            .exec();
            left.stream()
                    .filter(c -> closing || !session.equals(c.getLabels().get(LABEL_SESSION)))
                    .forEach(c -> leftovers.remove(c.getId()));
        } catch (RuntimeException e) {
            throw gone(e);
        }
    }

    @Override
    public void close() {
        closing = true;
        endAll();
        // Containers that were about to start are in no list yet, but bear this server's label.
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (starting.get() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(50_000_000);
        }
        try {
            sweep();
        } catch (PfsException e) {
            System.getLogger(DockerRuntime.class.getName())
                    .log(System.Logger.Level.WARNING, e.getMessage());
        }
        leftovers.close();
        try {
            client.close();
        } catch (IOException e) {
            // Nothing depends on it any more.
        }
    }

    private void endAll() {
        List<Thread> ends =
                workers.stream()
                        .map(w -> Thread.ofVirtual().name("end of " + w.name()).start(w::close))
                        .toList();
        try {
            for (Thread end : ends) {
                end.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
