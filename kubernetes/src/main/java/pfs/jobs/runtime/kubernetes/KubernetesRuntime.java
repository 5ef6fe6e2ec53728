package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Leftovers;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.Network;

/**
 * Runs pods of a Kubernetes cluster as workers. Each worker is a Job with one pod, so that it is
 * replaced and deleted by itself; everything bears the labels of its server, by which {@link
 * #sweep} finds what a killed one left.
 *
 * <p>Images are known by their digests, as kubelets tell them: one that is named by its tag is
 * started once, at the beginning of a run, to learn which it is, and a worker that turns out to run
 * another is refused.
 */
public final class KubernetesRuntime implements Runtime {
    private static final Path SERVICE_ACCOUNT =
            Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

    private static final Duration START_PATIENCE = Duration.ofSeconds(3);

    /** Within this, a killed container has ended; what is later is the cluster's to do. */
    private static final Duration CLOSE = Duration.ofSeconds(8);

    private static final Duration SWEEP = Duration.ofSeconds(30);

    /** Images whose digest is known to be pullable that are remembered; the rest is verified. */
    private static final int MOST_PULLABLE = 10_000;

    private final Cluster cluster;
    private final ClusterSettings settings;
    private final Labels labels;
    private final Pods pods;
    private final WorkerOrder order;
    private final Placing placing;
    private final Leftovers leftovers;
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong starting = new AtomicLong();
    private final Set<KubernetesWorker> workers = ConcurrentHashMap.newKeySet();
    private final Set<Network> ruled = ConcurrentHashMap.newKeySet();
    private final Set<String> pullable = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean closing;

    private KubernetesRuntime(
            Cluster cluster, ClusterSettings settings, Labels labels, Placing.Patience patience) {
        this.cluster = cluster;
        this.settings = settings;
        this.labels = labels;
        this.order = new WorkerOrder(labels, settings);
        this.pods = Pods.of(cluster.client(), labels);
        this.placing = new Placing(cluster, pods, patience);
        this.leftovers = new Leftovers(cluster::deleteJob);
    }

    /**
     * Connects to the cluster of the kubeconfig, or to the one that this server is a pod of.
     *
     * @param server this server's id: the same after a restart, another for every data directory
     * @throws PfsException STOPPED when no API server answers, IMPOSSIBLE when there is no way to
     *     one, or it refuses
     */
    public static KubernetesRuntime connect(Map<String, String> environment, String server) {
        boolean inCluster =
                environment.containsKey("KUBERNETES_SERVICE_HOST") && Files.exists(SERVICE_ACCOUNT);
        String home = environment.getOrDefault("HOME", "/nonexistent");
        if (!inCluster
                && !environment.containsKey("KUBECONFIG")
                && !Files.exists(Path.of(home, ".kube", "config"))) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "there is no way to a Kubernetes cluster: this server is no pod, and neither"
                            + " $KUBECONFIG nor ~/.kube/config is there");
        }
        ClusterSettings settings = ClusterSettings.of(environment, inCluster);
        return connect(Config.autoConfigure(null), settings, server, Placing.Patience.USUAL);
    }

    static KubernetesRuntime connect(
            Config config, ClusterSettings settings, String server, Placing.Patience patience) {
        String own = config.getNamespace();
        String namespace = settings.namespace() == null ? own : settings.namespace();
        Cluster cluster =
                Cluster.connect(
                        config, namespace == null || namespace.isEmpty() ? "default" : namespace);
        try {
            String session = Long.toHexString(System.nanoTime());
            return new KubernetesRuntime(cluster, settings, new Labels(server, session), patience);
        } catch (RuntimeException e) {
            cluster.close();
            throw ApiTrouble.of(config.getMasterUrl(), e);
        }
    }

    @Override
    public String kind() {
        return "kubernetes";
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
        if (spec.network() == Network.NONE && settings.callers() == null) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "field 'network' is none, for which the cluster must be told whom to let in,"
                        + " since this server is no pod of it: set PFS_KUBERNETES_CALLERS to the"
                        + " addresses that its requests come from, like 10.0.0.7/32, or say"
                        + " \"network\": \"egress\"",
                    "network");
        }
        String digest = ImageName.parse(image).digest().orElseGet(() -> learn(spec, image));
        return new Program(digest, "linux/" + settings.architecture(), spec);
    }

    /** Has a kubelet find out which image a tag is, by starting it. */
    private String learn(JobSpec spec, String image) {
        String name = nextName();
        try {
            begin(order.probe(name, spec, image), spec.network());
            ImageName found = ImageName.parse(placing.awaitImage(name));
            String digest =
                    found.digest()
                            .orElseThrow(
                                    () ->
                                            new PfsException(
                                                    ErrorCode.IMPOSSIBLE,
                                                    "the cluster does not tell the digest of '"
                                                            + image
                                                            + "'; name it in field 'image'",
                                                    "image"));
            if (found.repository().equals(ImageName.parse(image).repository())
                    && pullable.size() < MOST_PULLABLE) {
                pullable.add(pinned(image, digest));
            }
            return digest;
        } catch (RuntimeException e) {
            throw ApiTrouble.of(cluster.url(), e);
        } finally {
            leftovers.remove(name);
            pods.forget(name);
            starting.decrementAndGet();
        }
    }

    private static String pinned(String image, String digest) {
        return ImageName.parse(image).repository() + "@" + digest;
    }

    private String nextName() {
        starting.incrementAndGet();
        return labels.name(Long.toString(count.incrementAndGet()));
    }

    private void begin(Job job, Network network) {
        if (closing) {
            throw new PfsException(ErrorCode.STOPPED, "the server is stopping");
        }
        rule(network);
        pods.expect(job.getMetadata().getName());
        cluster.create(job);
    }

    /** The rule must be there before the first pod that it is for. */
    private synchronized void rule(Network network) {
        ClusterSettings.Callers callers = settings.callers();
        if (callers != null && !ruled.contains(network)) {
            cluster.create(NetworkRules.of(labels, network, callers));
            ruled.add(network);
        }
    }

    @Override
    public Worker start(Program program, LogSink log) {
        String name = nextName();
        try {
            JobSpec spec = program.spec();
            String given = String.valueOf(spec.image());
            String pinned = pinned(given, program.id());
            boolean exact = given.contains("@") || pullable.contains(pinned);
            begin(
                    order.worker(name, spec, exact && !given.contains("@") ? pinned : given),
                    spec.network());
            Pods.Known pod = placing.awaitStart(name, exact ? null : program.id());
            KubernetesWorker worker =
                    new KubernetesWorker(
                            cluster.client(), pods, name, pod, log, CLOSE, this::remove);
            workers.add(worker);
            return worker;
        } catch (RuntimeException e) {
            leftovers.remove(name);
            pods.forget(name);
            throw ApiTrouble.of(cluster.url(), e);
        } finally {
            starting.decrementAndGet();
        }
    }

    /** Kubelets may take ten seconds more to let go of a pod whose container has ended. */
    private void remove(KubernetesWorker worker) {
        leftovers.remove(worker.name());
        try {
            pods.await(worker.name(), KubernetesWorker::hasEnded, CLOSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.remove(worker);
    }

    @Override
    public void sweep() {
        sweep(System.nanoTime() + SWEEP.toNanos());
    }

    /** Deletes what is not this session's, and waits for its end until the deadline. */
    private void sweep(long deadline) {
        List<Job> left = cluster.jobs(labels.ofServer()).stream().filter(this::isUnwanted).toList();
        left.forEach(job -> leftovers.remove(job.getMetadata().getName()));
        cluster.policies(labels.ofServer()).stream()
                .filter(this::isUnwanted)
                .forEach(cluster::delete);
        try {
            for (Job job : left) {
                if (!isEnding(job)) {
                    cluster.awaitGone(
                            job.getMetadata().getName(),
                            Duration.ofNanos(deadline - System.nanoTime()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isUnwanted(HasMetadata object) {
        return closing || !isOwn(object);
    }

    /** Of this session: whoever had it deleted has waited for it. */
    private boolean isEnding(Job job) {
        return isOwn(job) && job.getMetadata().getDeletionTimestamp() != null;
    }

    private boolean isOwn(HasMetadata object) {
        @Nullable Map<String, String> known = object.getMetadata().getLabels();
        return known != null && labels.session().equals(known.get(Labels.SESSION));
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        closing = true;
        long begun = System.nanoTime();
        endAll();
        // Workers that were about to start are in no list yet, but bear this server's label.
        while (starting.get() > 0 && System.nanoTime() - begun < START_PATIENCE.toNanos()) {
            LockSupport.parkNanos(50_000_000);
        }
        try {
            sweep(begun + CLOSE.toNanos());
        } catch (PfsException e) {
            System.getLogger(KubernetesRuntime.class.getName())
                    .log(System.Logger.Level.WARNING, e.getMessage());
        }
        leftovers.close();
        pods.close();
        cluster.close();
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
