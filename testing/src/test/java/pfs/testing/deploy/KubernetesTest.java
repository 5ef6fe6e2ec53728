package pfs.testing.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, rendered by Helm itself, and the manifest: what Kubernetes is given. */
class KubernetesTest {
    static final Path DEPLOY = root().resolve("deploy");
    private static final Path CHART = DEPLOY.resolve("helm/pfs");
    private static final String ETCD = "etcd://e1:2379,e2:2379,e3:2379";
    private static final String STORE = "s3://bucket/prefix?endpoint=http://s3:7480&region=r";

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        return Files.exists(at.resolve("pfs")) ? at : at.getParent();
    }

    static List<Map<String, Object>> settings() {
        return List.of(
                Map.of(),
                Map.of("replicas", 2, "replicaAcks", 1),
                Map.of("replicas", 2, "replicaAcks", 1, "coordinator", ETCD),
                Map.of("replicas", 2, "meta", ETCD, "store", STORE),
                Map.of("storageClass", "fast", "memory", "2Gi", "service.type", "LoadBalancer"));
    }

    static String render(Map<String, Object> values) {
        TemplateCommand command = new Helm(CHART).template().withName("files");
        values.forEach(command::set);
        return command.call();
    }

    private static <T> T one(List<HasMetadata> objects, Class<T> type) {
        List<T> found = objects.stream().filter(type::isInstance).map(type::cast).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void theChartPassesHelmsOwnChecks() {
        LintResult result = new Helm(CHART).lint().strict().call();
        assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatTheChartMakesIsWhatTheApiTakes(Map<String, Object> values) {
        List<HasMetadata> objects = Manifests.read(render(values));
        assertThat(objects).hasSize(3);
        fitsTogether(objects);
        int replicas = (int) values.getOrDefault("replicas", 0);
        assertThat(one(objects, StatefulSet.class).getSpec().getReplicas()).isEqualTo(1 + replicas);
    }

    @Test
    void thePlainManifestIsWhatTheApiTakes() throws IOException {
        List<HasMetadata> objects =
                Manifests.read(Files.readString(DEPLOY.resolve("kubernetes/pfs.yaml")));
        assertThat(objects).hasSize(2);
        fitsTogether(objects);
    }

    /** Names within the objects that must lead somewhere, and what keeps pods locked in. */
    private static void fitsTogether(List<HasMetadata> objects) {
        StatefulSet set = one(objects, StatefulSet.class);
        Map<String, String> labels = set.getSpec().getTemplate().getMetadata().getLabels();
        PodSpec pod = set.getSpec().getTemplate().getSpec();
        assertThat(labels).containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
        Container container = pod.getContainers().getFirst();
        List<String> ports = container.getPorts().stream().map(ContainerPort::getName).toList();
        List<String> services = new ArrayList<>();
        for (HasMetadata object : objects) {
            if (object instanceof Service service) {
                services.add(service.getMetadata().getName());
                assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
                service.getSpec().getPorts().stream()
                        .filter(port -> port.getTargetPort() != null)
                        .forEach(
                                port ->
                                        assertThat(ports)
                                                .contains(port.getTargetPort().getStrVal()));
            }
        }
        assertThat(services).contains(set.getSpec().getServiceName());
        List<String> volumes = new ArrayList<>();
        pod.getVolumes().forEach(volume -> volumes.add(volume.getName()));
        set.getSpec()
                .getVolumeClaimTemplates()
                .forEach(c -> volumes.add(c.getMetadata().getName()));
        assertThat(container.getVolumeMounts().stream().map(VolumeMount::getName))
                .isSubsetOf(volumes);
        assertThat(ports)
                .contains(container.getReadinessProbe().getHttpGet().getPort().getStrVal());
        assertThat(ports).contains(container.getLivenessProbe().getHttpGet().getPort().getStrVal());
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).contains("ALL");
    }

    private static Container container(Map<String, Object> values) {
        StatefulSet set = one(Manifests.read(render(values)), StatefulSet.class);
        return set.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    /** What the pod's shell would start, as pod {@code files-N}. */
    private static String started(Map<String, Object> values, int pod)
            throws IOException, InterruptedException {
        String script = container(values).getArgs().getFirst().replace("exec /opt/pfs/pfs", "echo");
        ProcessBuilder builder = new ProcessBuilder("sh", "-euc", script).redirectErrorStream(true);
        builder.environment().put("POD", "files-" + pod);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }

    @Test
    void eachPodIsStartedAsItsPlaceAsks() throws Exception {
        String self = "serve --listen 0.0.0.0:7370 --advertise http://files-%d.files-pods:7370 ";
        Map<String, Object> copies = settings().get(1);
        assertThat(started(copies, 0))
                .isEqualTo(
                        self.formatted(0)
                                + "--replicas http://files-1.files-pods:7370,"
                                + "http://files-2.files-pods:7370 --replica-acks 1");
        assertThat(started(copies, 2))
                .isEqualTo(self.formatted(2) + "--replica-of http://files-0.files-pods:7370");
        assertThat(started(settings().get(2), 1))
                .isEqualTo(
                        self.formatted(1)
                                + "--coordinator "
                                + ETCD
                                + " --replicas http://files-0.files-pods:7370,"
                                + "http://files-2.files-pods:7370 --replica-acks 1");
        assertThat(started(settings().get(3), 2))
                .isEqualTo(self.formatted(2) + "--meta " + ETCD + " --store " + STORE);
        List<String> keys =
                container(settings().get(3)).getEnv().stream().map(EnvVar::getName).toList();
        assertThat(keys).contains("PFS_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replicaAcks=1", "coordinator=etcd://e:1", "store=s3://b/p", "meta=etcd://e:1",
                "replica=2", "service.port=0", "coordinator=e1:2379", "storage=much"
            })
    void settingsThatMakeNoSenseAreRefused(String setting) {
        String[] parts = setting.split("=", 2);
        Object value = parts[1].matches("[0-9]+") ? Integer.valueOf(parts[1]) : parts[1];
        assertThatThrownBy(() -> render(Map.of(parts[0], value)))
                .isInstanceOf(IllegalStateException.class);
    }

    /** That the reading sees mistakes at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "readOnlyRootFilesystem:=readonlyRootFilesystem:",
                "containerPort: 7370=containerPort: http",
                "apiVersion: apps/v1=apiVersion: apps/v2",
                "kind: Service=kind: Servise",
                "accessModes:=accessMode:"
            })
    void aMistakeInAManifestIsSeen(String mistake) throws IOException {
        String[] parts = mistake.split("=", 2);
        String yaml = Files.readString(DEPLOY.resolve("kubernetes/pfs.yaml"));
        String wrong = yaml.replace(parts[0], parts[1]);
        assertThat(wrong).isNotEqualTo(yaml);
        assertThatThrownBy(() -> Objects.requireNonNull(Manifests.read(wrong)))
                .isInstanceOf(RuntimeException.class);
    }
}
