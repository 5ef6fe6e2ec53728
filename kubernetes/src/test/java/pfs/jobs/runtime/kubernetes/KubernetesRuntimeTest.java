package pfs.jobs.runtime.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.SpecJson;

/** What goes wrong in a cluster, with an API server and a kubelet that pretend. */
class KubernetesRuntimeTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String OTHER = "sha256:" + "6".repeat(64);

    @TempDir Path directory;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private PretendedCluster cluster;
    private KubernetesRuntime runtime;

    @BeforeEach
    void open() throws Exception {
        cluster = PretendedCluster.start(directory);
        runtime = cluster.open(PretendedCluster.PFS, LONG);
    }

    @AfterEach
    void nothingIsLeft() {
        runtime.close();
        assertThat(cluster.jobs()).isEmpty();
        assertThat(cluster.admin().network().v1().networkPolicies().list().getItems()).isEmpty();
        cluster.close();
    }

    private static JobSpec spec(String fields) {
        return SpecJson.decode(("{\"input\": \"/\", " + fields + "}").getBytes(UTF_8));
    }

    /** From now on with little patience. */
    private void hurry() {
        runtime.close();
        runtime = cluster.open(PretendedCluster.PFS, Duration.ofSeconds(2));
    }

    private Worker start(String fields) {
        return runtime.start(
                runtime.resolve(spec(fields)), (worker, line) -> log.add(worker + " " + line));
    }

    private static void refused(ErrorCode code, ThrowingCallable what, String... words) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> {
                            assertThat(e.getMessage()).contains(words);
                            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                        });
    }

    @Test
    void anImageThatIsMissingIsNamed() {
        refused(
                ErrorCode.IMPOSSIBLE,
                () -> start("\"image\": \"nowhere:7\""),
                "ErrImagePull",
                "nowhere:7");
    }

    @Test
    void aTagIsResolvedToItsDigestAndWorkersArePinnedToIt() {
        try (Worker worker = start("\"image\": \"pfs-test\"")) {
            assertThat(worker.exit()).isEmpty();
            assertThat(runtime.resolve(spec("\"image\": \"pfs-test:latest\"")).id())
                    .isEqualTo(PretendedCluster.DIGEST);
            assertThat(cluster.jobs())
                    .filteredOn(j -> j.getMetadata().getName().equals(worker.name()))
                    .extracting(
                            j ->
                                    j.getSpec()
                                            .getTemplate()
                                            .getSpec()
                                            .getContainers()
                                            .getFirst()
                                            .getImage())
                    .containsExactly("docker.io/library/pfs-test@" + PretendedCluster.DIGEST);
        }
    }

    @Test
    void anImageThatIsNamedByItsDigestIsNotStartedToBeResolved() {
        var program = runtime.resolve(spec("\"image\": \"nowhere@" + OTHER + "\""));
        assertThat(program.id()).isEqualTo(OTHER);
        assertThat(program.platform()).isEqualTo("linux/amd64");
        assertThat(cluster.jobs()).isEmpty();
    }

    @Test
    void anotherImageOfTheSameTagOnAnotherNodeIsRefused() {
        // As Docker names what no registry has: nobody could pull that.
        cluster.image("loaded", "docker://" + PretendedCluster.DIGEST);
        var program = runtime.resolve(spec("\"image\": \"loaded\""));
        assertThat(program.id()).isEqualTo(PretendedCluster.DIGEST);
        cluster.image("loaded", "docker://" + OTHER);
        refused(
                ErrorCode.IMPOSSIBLE,
                () -> runtime.start(program, (_, _) -> {}),
                OTHER,
                PretendedCluster.DIGEST);
    }

    @Test
    void whatRanOutOfMemoryIsNamed() {
        try (Worker worker =
                start(
                        "\"image\": \"pfs-test\", \"command\": [\"/bin/sh\", \"-c\", \"echo big;"
                                + " exit 137\"]")) {
            await().until(() -> worker.exit().isPresent());
            assertThat(worker.exit().orElseThrow().text()).contains("out of memory");
            assertThat(worker.lastWords()).isEqualTo("big");
        }
    }

    @Test
    void aPodThatTheClusterEndsSaysWhy() {
        try (Worker worker = start("\"image\": \"pfs-test\"")) {
            PodStatus evicted =
                    new PodStatusBuilder()
                            .withPhase("Failed")
                            .withReason("Evicted")
                            .withMessage("The node was low on resource: memory.")
                            .build();
            String pod =
                    cluster.pods().stream()
                            .map(p -> p.getMetadata().getName())
                            .filter(name -> name.startsWith(worker.name()))
                            .findFirst()
                            .orElseThrow();
            cluster.tellStatus(pod, evicted);
            await().until(() -> worker.exit().isPresent());
            assertThat(worker.lastWords()).contains("Evicted: The node was low on resource");
            assertThatThrownBy(() -> worker.dialer().dial(Duration.ofSeconds(1)))
                    .hasMessageContaining("gone");
        }
    }

    /** As when the pod was deleted meanwhile, or its node does not answer. */
    @Test
    void whatAServerSaysInsteadOfALogIsNotTheLog() throws Exception {
        silent();
        try (Worker worker = start("\"image\": \"silent\"")) {
            Thread.sleep(500);
            assertThat(worker.lastWords()).isEmpty();
            assertThat(log).isEmpty();
        }
    }

    @Test
    void aLogThatMayNotBeReadIsSaidOnce() throws Exception {
        silent();
        cluster.refuse("GET /api/v1/namespaces/test/pods/pfs-");
        try (Worker worker = start("\"image\": \"silent\"")) {
            await().until(() -> !log.isEmpty());
            Thread.sleep(500);
            assertThat(log).hasSize(1);
            assertThat(worker.lastWords()).contains("the right to get pods/log");
        }
    }

    /** An image whose pods run, and have no log. */
    private void silent() {
        String id = "docker-pullable://silent@" + PretendedCluster.DIGEST;
        cluster.tell(
                "silent",
                PretendedCluster.status("Running", "127.0.0.1", id, PretendedCluster.running()));
        cluster.tell(
                "docker.io/library/silent@" + PretendedCluster.DIGEST,
                PretendedCluster.status("Running", "127.0.0.1", id, PretendedCluster.running()));
    }

    @Test
    void aClusterWithoutRoomIsNamed() {
        hurry();
        cluster.tell(
                "large",
                new PodStatusBuilder()
                        .withPhase("Pending")
                        .addNewCondition()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .withMessage("0/3 nodes are available: 3 Insufficient cpu.")
                        .endCondition()
                        .build());
        refused(
                ErrorCode.IMPOSSIBLE,
                () -> start("\"image\": \"large\""),
                "3 Insufficient cpu",
                "after 2 s");
    }

    @Test
    void aContainerThatMayNotBeMadeIsNamed() {
        cluster.tell(
                "rootish",
                PretendedCluster.status(
                        "Pending",
                        "",
                        "",
                        PretendedCluster.waiting(
                                "CreateContainerConfigError",
                                "container has runAsNonRoot and image will run as root")));
        refused(
                ErrorCode.IMPOSSIBLE,
                () -> start("\"image\": \"rootish\""),
                "image will run as root");
    }

    @Test
    void aPodThatANodeTurnsAwayMayBeMadeAgain() {
        cluster.tell(
                "crowded",
                new PodStatusBuilder()
                        .withPhase("Failed")
                        .withReason("OutOfcpu")
                        .withMessage("Pod was rejected")
                        .build());
        refused(ErrorCode.STOPPED, () -> start("\"image\": \"crowded\""), "OutOfcpu");
    }

    @Test
    void aJobThatGetsNoPodSaysWhatTheClusterSaidOfIt() {
        cluster.withoutPods();
        hurry();
        Thread.ofVirtual()
                .start(
                        () -> {
                            await().until(() -> !cluster.jobs().isEmpty());
                            event(cluster.jobs().getFirst().getMetadata().getName());
                        });
        refused(
                ErrorCode.IMPOSSIBLE,
                () -> start("\"image\": \"pfs-test\""),
                "has no pod",
                "FailedCreate: exceeded quota: jobs");
    }

    private void event(String job) {
        cluster.admin()
                .v1()
                .events()
                .resource(
                        new EventBuilder()
                                .withNewMetadata()
                                .withName("e")
                                .endMetadata()
                                .withType("Warning")
                                .withReason("FailedCreate")
                                .withMessage("exceeded quota: jobs")
                                .withNewInvolvedObject()
                                .withKind("Job")
                                .withName(job)
                                .endInvolvedObject()
                                .build())
                .create();
    }

    @Test
    void anApiServerThatRestartsIsWaitedFor() {
        cluster.failNext(3);
        try (Worker worker = start("\"image\": \"pfs-test\"")) {
            cluster.failNext(2);
            assertThat(worker.exit()).isEmpty();
        }
        assertThat(cluster.workers()).isZero();
    }

    @Test
    void anOrderWhoseAnswerIsLostIsMadeOnce() {
        cluster.loseNextAnswers(3);
        try (Worker worker = start("\"image\": \"pfs-test\"")) {
            assertThat(worker.exit()).isEmpty();
            assertThat(cluster.workers()).isEqualTo(1);
        }
    }

    @Test
    void aRightThatIsMissingIsNamed() {
        cluster.refuse("POST /apis/batch/v1/namespaces/test/jobs");
        refused(
                ErrorCode.IMPOSSIBLE,
                () -> start("\"image\": \"pfs-test\""),
                "it is forbidden",
                "deploy/kubernetes/jobs-rbac.yaml");
    }

    @Test
    void anApiServerThatIsNotThereIsNamed() {
        refused(
                ErrorCode.STOPPED,
                () ->
                        KubernetesRuntime.connect(
                                new ConfigBuilder(cluster.config())
                                        .withMasterUrl("http://127.0.0.1:1/")
                                        .build(),
                                ClusterSettings.of(Map.of(), true),
                                "test",
                                Placing.Patience.USUAL),
                "no Kubernetes API server answers at http://127.0.0.1:1/");
    }

    @Test
    void aServerWithoutAWayToAClusterSaysSo() {
        refused(
                ErrorCode.IMPOSSIBLE,
                () -> KubernetesRuntime.connect(Map.of("HOME", directory.toString()), "test"),
                "KUBECONFIG");
    }

    @Test
    void outsideOfTheClusterNetworkNoneNeedsToKnowWhomToLetIn() {
        try (KubernetesRuntime outside = cluster.open(null, LONG)) {
            refused(
                    ErrorCode.IMPOSSIBLE,
                    () -> outside.resolve(spec("\"image\": \"pfs-test\"")),
                    "PFS_KUBERNETES_CALLERS");
            assertThat(
                            outside.resolve(
                                            spec(
                                                    "\"image\": \"pfs-test\", \"network\":"
                                                            + " \"egress\""))
                                    .id())
                    .isEqualTo(PretendedCluster.DIGEST);
        }
    }

    @Test
    void theRuleIsThereBeforeTheFirstPodAndAsLongAsTheServer() {
        cluster.refuse("POST /apis/networking.k8s.io/v1/namespaces/test/networkpolicies");
        refused(ErrorCode.IMPOSSIBLE, () -> start("\"image\": \"pfs-test\""), "it is forbidden");
        assertThat(cluster.jobs()).isEmpty();
    }

    @Test
    void whatAKilledServerLeftIsSwept() {
        Worker left = start("\"image\": \"pfs-test\"");
        try (KubernetesRuntime next = cluster.open(PretendedCluster.PFS, LONG)) {
            next.sweep();
            assertThat(cluster.jobs()).isEmpty();
            assertThat(cluster.admin().network().v1().networkPolicies().list().getItems())
                    .isEmpty();
        }
        await().until(() -> left.exit().isPresent());
        left.close();
    }

    /** A kubelet of 1.20 keeps a pod for ten seconds after its end. */
    @Test
    void aWorkerIsClosedWhenItsContainerHasEnded() {
        Worker worker = start("\"image\": \"pfs-test\"");
        cluster.linger(true);
        long begun = System.nanoTime();
        worker.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
        assertThat(cluster.workers()).isEqualTo(1);
        cluster.linger(false);
    }

    @Test
    void settingsThatMakeNoSenseAreNamed() {
        for (Map.Entry<String, String> wrong :
                Map.of("PULL", "sometimes", "USER", "0", "CALLERS", "anybody").entrySet()) {
            String name = "PFS_KUBERNETES_" + wrong.getKey();
            refused(
                    ErrorCode.IMPOSSIBLE,
                    () -> ClusterSettings.of(Map.of(name, wrong.getValue()), true),
                    name,
                    wrong.getValue());
        }
        assertThat(ClusterSettings.of(Map.of("PFS_KUBERNETES_CALLERS", "a=b,c=d"), false).callers())
                .isEqualTo(new ClusterSettings.Callers.Pods(Map.of("a", "b", "c", "d")));
        assertThat(ClusterSettings.of(Map.of("PFS_KUBERNETES_USER", "image"), false).user())
                .isNull();
        assertThat(ClusterSettings.of(Map.of(), false).callers()).isNull();
    }
}
