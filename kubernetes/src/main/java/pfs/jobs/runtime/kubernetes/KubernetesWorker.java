package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import pfs.jobs.runtime.Closing;
import pfs.jobs.runtime.LastLines;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.Dialer;
import pfs.jobs.worker.TcpDialer;

/** One pod, and the Job that has made it. */
final class KubernetesWorker implements Worker {
    /** A kubelet looks once a second, and tells it after that. */
    private static final Duration NOTICED = Duration.ofSeconds(5);

    private static final Duration LOG_END = Duration.ofSeconds(2);
    private static final int KILLED = 137;

    private final String name;
    private final Pods pods;
    private final LastLines lines;
    private final PodLog log;
    private final Closing closing;
    private boolean told;

    /**
     * @param patience how long a close waits for the cluster to end the pod
     * @param remove deletes the Job and waits until its container has ended
     */
    KubernetesWorker(
            NamespacedKubernetesClient client,
            Pods pods,
            String name,
            Pods.Known pod,
            Runtime.LogSink sink,
            Duration patience,
            Consumer<KubernetesWorker> remove) {
        this.name = name;
        this.pods = pods;
        this.lines = new LastLines(name, sink);
        this.log = new PodLog(client, pod.name(), lines, () -> ended().isPresent());
        this.closing =
                new Closing(
                        name,
                        patience,
                        () -> {
                            remove.accept(this);
                            log.awaitEnd(LOG_END);
                            log.close();
                            pods.forget(name);
                        });
    }

    @Override
    public String name() {
        return name;
    }

    /** The pod's address may soon be another's, so it is dialed only while the pod runs. */
    @Override
    public Dialer dialer() {
        return timeout -> {
            PodState state = pods.find(name).map(Pods.Known::state).orElse(null);
            if (!(state instanceof PodState.Running running) || ended().isPresent()) {
                throw new IOException("the pod is gone");
            }
            InetAddress address = InetAddress.ofLiteral(running.address());
            return new TcpDialer(new InetSocketAddress(address, WorkerOrder.PORT)).dial(timeout);
        };
    }

    @Override
    public Optional<Exit> exit() {
        Optional<Exit> ended = ended();
        if (ended.isPresent()) {
            log.awaitEnd(LOG_END);
            tell();
        }
        return ended;
    }

    private Optional<Exit> ended() {
        return pods.find(name).flatMap(KubernetesWorker::exitOf);
    }

    static boolean hasEnded(Pods.Known pod) {
        return exitOf(pod).isPresent();
    }

    private static Optional<Exit> exitOf(Pods.Known pod) {
        return switch (pod.state()) {
            case PodState.Ended ended -> Optional.of(new Exit(ended.code(), ended.outOfMemory()));
            case PodState.Refused _ -> Optional.of(new Exit(KILLED, false));
            case PodState.Running _, PodState.Pending _ ->
                    pod.gone() ? Optional.of(new Exit(KILLED, false)) : Optional.empty();
        };
    }

    /** The cluster's reasons to end a pod are in no log, so they become its last line. */
    private synchronized void tell() {
        Optional<Pods.Known> pod = pods.find(name);
        if (!told && pod.isPresent() && pod.get().state() instanceof PodState.Refused refused) {
            told = true;
            byte[] line =
                    ("the cluster ended this pod: " + refused.why() + "\n")
                            .getBytes(StandardCharsets.UTF_8);
            lines.accept(line, 0, line.length);
        }
    }

    @Override
    public Duration exitDelay() {
        return NOTICED;
    }

    @Override
    public String lastWords() {
        return lines.text();
    }

    @Override
    public void close() {
        closing.close();
    }
}
