package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.Runtime;

/**
 * The client library's own API server, with a controller and a kubelet that pretend: a Job gets a
 * pod, its container is a program of this machine at a loopback address of its own, and what the
 * pod has to tell is told as a real kubelet tells it.
 */
public final class PretendedCluster implements AutoCloseable {
    /** Of the image {@code pfs-test}, which runs the scripts that it is POSTed. */
    static final String DIGEST = "sha256:" + "5".repeat(64);

    static final ClusterSettings.Callers PFS =
            new ClusterSettings.Callers.Pods(Map.of("app", "pfs"));

    private static final String KUBELET = "kubelet";

    /** Kept, or its level would be forgotten: a line a request is too much. */
    private static final Logger REQUESTS = Logger.getLogger(MockWebServer.class.getName());

    private static final Pattern LOG = Pattern.compile(".*/pods/([^/]+)/log(\\?.*)?");
    private static final Pattern JOB = Pattern.compile(".*/jobs/([^/?]+)(\\?.*)?");
    private static final AtomicInteger ADDRESSES = new AtomicInteger();
    private final KubernetesMockServer server;
    private final NamespacedKubernetesClient admin;
    private final SharedIndexInformer<Job> controller;
    private final PretendedContainers containers;
    private final Map<String, String> images = new ConcurrentHashMap<>();
    private final Map<String, PodStatus> told = new ConcurrentHashMap<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private volatile boolean lingering;
    private final AtomicInteger failing = new AtomicInteger();
    private final AtomicInteger losing = new AtomicInteger();

    private PretendedCluster(Path directory) throws IOException {
        REQUESTS.setLevel(Level.WARNING);
        Map<ServerRequest, Queue<ServerResponse>> none = new HashMap<>();
        Dispatcher crud = new KubernetesMixedDispatcher(none);
        server =
                new KubernetesMockServer(
                        new Context(), new MockWebServer(), none, faulty(crud), false);
        server.init();
        containers = new PretendedContainers(directory);
        images.put("pfs-test", "docker-pullable://pfs-test@" + DIGEST);
        Config own =
                new ConfigBuilder(
                                server.createClient(new JdkHttpClientFactory()).getConfiguration())
                        .withUserAgent(KUBELET)
                        .build();
        admin =
                new KubernetesClientBuilder()
                        .withConfig(own)
                        .withHttpClientFactory(new JdkHttpClientFactory())
                        .build()
                        .adapt(NamespacedKubernetesClient.class);
        controller = admin.batch().v1().jobs().inform(new Controller());
    }

    /**
     * @param directory for the program that containers run
     */
    public static PretendedCluster start(Path directory) throws IOException {
        return new PretendedCluster(directory);
    }

    /** A runtime that has this cluster. */
    public Runtime open() {
        return open(PFS, Duration.ofMinutes(1));
    }

    /**
     * @param patience for whatever is slow
     */
    KubernetesRuntime open(ClusterSettings.@Nullable Callers callers, Duration patience) {
        return KubernetesRuntime.connect(
                config(),
                new ClusterSettings(null, "amd64", null, 65532L, callers),
                "test",
                new Placing.Patience(patience, patience, patience));
    }

    Config config() {
        return new ConfigBuilder(admin.getConfiguration()).withUserAgent("pfs").build();
    }

    NamespacedKubernetesClient admin() {
        return admin;
    }

    /** What the kubelet says that an image is. */
    void image(String name, String id) {
        images.put(name, id);
    }

    /** Pods of this image have this status, and no container. */
    void tell(String image, PodStatus status) {
        told.put(image, status);
    }

    /** So many requests from now on are answered by a server that is going down. */
    void failNext(int requests) {
        failing.set(requests);
    }

    /** The controller makes no pods any more. */
    void withoutPods() {
        controller.stop();
    }

    /**
     * Whether a deleted Job's container is killed, and Job and pod stay, as a slow kubelet has it.
     */
    void linger(boolean jobs) {
        lingering = jobs;
    }

    /** So many orders from now on are carried out, and the answers lost. */
    void loseNextAnswers(int posts) {
        losing.set(posts);
    }

    /** Requests for this path are refused from now on. */
    void refuse(String methodAndPath) {
        refusals.add(methodAndPath);
    }

    public List<Job> jobs() {
        return admin.batch().v1().jobs().list().getItems();
    }

    public List<Pod> pods() {
        return admin.pods().list().getItems();
    }

    /** Workers that are there, without those that only tell what an image is. */
    public int workers() {
        return (int)
                jobs().stream()
                        .filter(j -> j.getMetadata().getLabels().containsValue("worker"))
                        .count();
    }

    private Dispatcher faulty(Dispatcher crud) {
        return new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                String what = request.getMethod() + " " + request.getPath();
                if (!isOurs(request) && failing.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    return new MockResponse().setResponseCode(503).setBody("going down");
                }
                if (!isOurs(request) && refusals.stream().anyMatch(what::startsWith)) {
                    return new MockResponse()
                            .setResponseCode(403)
                            .setBody(
                                    "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"code\": 403,"
                                            + " \"message\": \"it is forbidden: "
                                            + what
                                            + "\"}");
                }
                if (request.getMethod().equals("POST")
                        && !isOurs(request)
                        && losing.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    crud.dispatch(request);
                    return new MockResponse().setResponseCode(503).setBody("lost");
                }
                Matcher job = JOB.matcher(request.getPath());
                if (lingering && request.getMethod().equals("DELETE") && job.matches()) {
                    containers.kill(job.group(1) + "-0");
                    return new MockResponse().setResponseCode(200).setBody("{}");
                }
                Matcher log = LOG.matcher(request.getPath());
                return log.matches()
                        ? logOf(log.group(1))
                        : WatchEnd.ofItsOwn(crud.dispatch(known(request)));
            }

            @Override
            public void shutdown() {
                crud.shutdown();
            }
        };
    }

    /** The controller's and kubelet's requests bear this mark, so that faults are not theirs. */
    private static boolean isOurs(RecordedRequest request) {
        String agent = request.getHeader("User-Agent");
        return agent != null && agent.startsWith(KUBELET);
    }

    /** The library's server does not know by which fields events can be chosen. */
    private static RecordedRequest known(RecordedRequest request) {
        return request.getPath().contains("/events?")
                ? new RecordedRequest(
                        request.getHttpVersion(),
                        request.method(),
                        request.getPath().replaceFirst("\\?.*", ""),
                        request.getHeaders(),
                        request.getBody())
                : request;
    }

    private MockResponse logOf(String pod) {
        @Nullable String log = containers.log(pod);
        return log == null
                ? new MockResponse()
                        .setResponseCode(404)
                        .setBody(
                                "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"code\": 404,"
                                        + " \"message\": \"pods not found\"}\n")
                : new MockResponse().setResponseCode(200).setBody(log);
    }

    private final class Controller implements ResourceEventHandler<Job> {
        @Override
        public void onAdd(Job job) {
            Thread.ofVirtual().start(() -> makePod(job));
        }

        @Override
        public void onUpdate(Job before, Job job) {}

        @Override
        public void onDelete(Job job, boolean unknown) {
            Thread.ofVirtual().start(() -> deletePod(job.getMetadata().getName() + "-0"));
        }
    }

    private void makePod(Job job) {
        String name = job.getMetadata().getName() + "-0";
        var template = job.getSpec().getTemplate();
        Pod pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(template.getMetadata().getLabels())
                        .endMetadata()
                        .withSpec(template.getSpec())
                        .build();
        String image = template.getSpec().getContainers().getFirst().getImage();
        admin.pods().resource(pod).create();
        PodStatus scripted = told.get(image);
        if (scripted != null) {
            tellStatus(name, scripted);
        } else {
            startContainer(pod, image);
        }
    }

    private void startContainer(Pod pod, String image) {
        String name = pod.getMetadata().getName();
        String plain =
                image.replaceFirst("^docker.io/library/", "").replaceFirst("(:latest|@.*)$", "");
        String id = images.get(plain);
        if (id == null) {
            tellStatus(
                    name,
                    status("Pending", "", "", waiting("ErrImagePull", "no such image: " + image)));
            return;
        }
        String address = "127.83." + ProcessHandle.current().pid() % 250 + ".";
        address += 1 + ADDRESSES.getAndIncrement() % 250;
        try {
            run(pod, address, id);
        } catch (IOException e) {
            tellStatus(name, status("Failed", address, id, ended("StartError", 128, e.toString())));
        }
    }

    private void run(Pod pod, String address, String id) throws IOException {
        String name = pod.getMetadata().getName();
        Process process = containers.start(pod, address);
        tellStatus(name, status("Running", address, id, running()));
        Thread.ofVirtual().start(() -> follow(name, address, id, process));
    }

    private void follow(String pod, String address, String id, Process process) {
        try {
            int code = containers.awaitEnd(pod, process);
            String reason = code == 0 ? "Completed" : code == 137 ? "OOMKilled" : "Error";
            String phase = code == 0 ? "Succeeded" : "Failed";
            tellStatus(pod, status(phase, address, id, ended(reason, code, null)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deletePod(String name) {
        containers.kill(name);
        admin.pods().withName(name).delete();
    }

    void tellStatus(String pod, PodStatus status) {
        try {
            admin.pods().withName(pod).edit(p -> new PodBuilder(p).withStatus(status).build());
        } catch (KubernetesClientException e) {
            // Deleted meanwhile.
        }
    }

    static PodStatus status(String phase, String address, String image, ContainerState state) {
        return new PodStatusBuilder()
                .withPhase(phase)
                .withPodIP(address)
                .addNewContainerStatus()
                .withName("worker")
                .withImageID(image)
                .withState(state)
                .endContainerStatus()
                .build();
    }

    static ContainerState waiting(String reason, String message) {
        return new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message)
                .endWaiting()
                .build();
    }

    static ContainerState running() {
        return new ContainerStateBuilder().withNewRunning().endRunning().build();
    }

    static ContainerState ended(String reason, int code, String message) {
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withReason(reason)
                .withExitCode(code)
                .withMessage(message)
                .endTerminated()
                .build();
    }

    @Override
    public void close() {
        controller.stop();
        containers.pods().forEach(this::deletePod);
        admin.close();
        server.destroy();
    }
}
