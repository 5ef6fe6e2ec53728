package pfs.jobs.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.Closing;
import pfs.jobs.runtime.LastLines;
import pfs.jobs.runtime.Leftovers;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.Network;
import pfs.jobs.worker.Dialer;
import pfs.jobs.worker.TcpDialer;

/** One container. */
final class DockerWorker implements Worker {
    private static final Duration CLOSE = Duration.ofSeconds(30);

    private final DockerClient client;
    private final Leftovers leftovers;
    private final String id;
    private final String name;
    private final Dialer dialer;
    private final MemoryEvents memory;
    private final LastLines lines;
    private final Logs logs;
    private final Consumer<DockerWorker> whenClosed;
    private final Closing closing;

    private DockerWorker(
            DockerClient client,
            Leftovers leftovers,
            String id,
            String name,
            Dialer dialer,
            MemoryEvents memory,
            Runtime.LogSink log,
            Consumer<DockerWorker> whenClosed) {
        this.client = client;
        this.leftovers = leftovers;
        this.id = id;
        this.name = name;
        this.dialer = dialer;
        this.memory = memory;
        this.lines = new LastLines(name, log);
        this.whenClosed = whenClosed;
        this.logs = new Logs(lines);
        this.closing = new Closing(name, CLOSE, this::end);
        client.logContainerCmd(id)
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(true)
                .exec(logs);
    }

    /** A container that was just started. */
    static DockerWorker of(
            DockerClient client,
            Leftovers leftovers,
            String id,
            String name,
            JobSpec spec,
            Runtime.LogSink log,
            @Nullable EngineDoor door,
            Consumer<DockerWorker> whenClosed)
            throws IOException {
        InspectContainerResponse found = client.inspectContainerCmd(id).exec();
        Dialer dialer =
                door != null
                        ? door.to(id)
                        : spec.network() == Network.NONE
                                ? throughNamespace(found, id)
                                : throughBridge(found);
        Long pid = found.getState().getPidLong();
        MemoryEvents memory = MemoryEvents.of(pid == null ? 0 : pid, id);
        return new DockerWorker(client, leftovers, id, name, dialer, memory, log, whenClosed);
    }

    private static Dialer throughNamespace(InspectContainerResponse found, String id)
            throws IOException {
        Long pid = found.getState().getPidLong();
        if (pid == null || pid == 0 || !verifyProcess(pid, id)) {
            return gone();
        }
        try {
            return NetworkNamespace.of(pid, ContainerOrder.PORT);
        } catch (IOException e) {
            // It may have ended a moment ago, which is no fault of the engine.
            if (verifyProcess(pid, id)) {
                throw e;
            }
            return gone();
        }
    }

    private static Dialer gone() {
        return _ -> {
            throw new IOException("the container is gone");
        };
    }

    /**
     * False if the process is gone.
     *
     * @throws IOException if it is another one: the engine may count processes otherwise than this
     *     program, which must never enter a stranger's
     */
    static boolean verifyProcess(long pid, String container) throws IOException {
        String cgroup;
        try {
            cgroup = Files.readString(Path.of("/proc/" + pid + "/cgroup"));
        } catch (java.nio.file.NoSuchFileException e) {
            cgroup = "";
        }
        if (!cgroup.contains(container) && Files.exists(Path.of("/proc/" + pid))) {
            throw new IOException(
                    "the container's process "
                            + pid
                            + " is not this one here: network none needs a server on the"
                            + " engine's own host");
        }
        return cgroup.contains(container);
    }

    private static Dialer throughBridge(InspectContainerResponse found) {
        String address =
                found.getNetworkSettings().getNetworks().values().stream()
                        .map(ContainerNetwork::getIpAddress)
                        .filter(ip -> ip != null && !ip.isEmpty())
                        .findFirst()
                        .orElse("");
        if (address.isEmpty()) {
            return _ -> {
                throw new IOException("the container has no address: it is gone");
            };
        }
        return new TcpDialer(
                new InetSocketAddress(InetAddress.ofLiteral(address), ContainerOrder.PORT));
    }

    String id() {
        return id;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Dialer dialer() {
        return dialer;
    }

    @Override
    public Optional<Exit> exit() {
        try {
            InspectContainerResponse.ContainerState state =
                    client.inspectContainerCmd(id).exec().getState();
            if (Boolean.TRUE.equals(state.getRunning())) {
                return Optional.empty();
            }
            logs.awaitCompletion(500, TimeUnit.MILLISECONDS);
            Long code = state.getExitCodeLong();
            return Optional.of(
                    new Exit(
                            code == null ? -1 : code.intValue(),
                            Boolean.TRUE.equals(state.getOOMKilled())));
        } catch (NotFoundException e) {
            return Optional.of(new Exit(137, false));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (RuntimeException e) {
            // The engine does not answer: nobody knows.
            return Optional.empty();
        }
    }

    @Override
    public boolean lostProcessForMemory() {
        return memory.killedSinceAsked();
    }

    @Override
    public String lastWords() {
        return lines.text();
    }

    @Override
    public void close() {
        closing.close();
    }

    private void end() {
        leftovers.remove(id);
        if (dialer instanceof NetworkNamespace namespace) {
            namespace.close();
        }
        try {
            logs.awaitCompletion(500, TimeUnit.MILLISECONDS);
            logs.close();
        } catch (InterruptedException | IOException e) {
            // The log ends here.
        }
        whenClosed.accept(this);
    }

    private static final class Logs extends ResultCallback.Adapter<Frame> {
        private final LastLines lines;

        Logs(LastLines lines) {
            this.lines = lines;
        }

        @Override
        public void onNext(Frame frame) {
            byte[] payload = frame.getPayload();
            lines.accept(payload, 0, payload.length);
        }

        @Override
        public void onComplete() {
            lines.finish();
            super.onComplete();
        }

        @Override
        public void onError(Throwable e) {
            // The engine or the container is gone; what came is kept.
            super.onComplete();
        }
    }
}
