package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.Limits;

/**
 * The Job of one worker: what its pod may and may not do. It meets the "restricted" level of
 * Kubernetes' Pod Security Standards. Immutable.
 */
final class WorkerOrder {
    static final int PORT = 8080;
    static final String CONTAINER = "worker";

    /** A worker is kept from run to run; what its server left for ever ends after this. */
    private static final Duration LIFE = Duration.ofDays(1);

    /** How long what ended by itself can still be looked at, if nobody deletes it. */
    private static final int KEPT_SECONDS = 300;

    private static final int KILL_SECONDS = 1;

    private final Labels labels;
    private final ClusterSettings settings;

    WorkerOrder(Labels labels, ClusterSettings settings) {
        this.labels = labels;
        this.settings = settings;
    }

    /**
     * @param image with its digest, or as the spec has it
     */
    Job worker(String name, JobSpec spec, String image) {
        Limits limits = spec.limits();
        return job(name, "worker", spec, image, quantities(limits.cpu(), limits.memory()));
    }

    /**
     * One that is started only for the kubelet to tell what its image is: it is confined as workers
     * are, and asks for next to nothing, so that it finds a place beside them.
     */
    Job probe(String name, JobSpec spec, String image) {
        return job(name, "image", spec, image, quantities(0.01, 8L << 20));
    }

    private Job job(
            String name, String role, JobSpec spec, String image, Map<String, Quantity> requests) {
        Map<String, String> own = labels.ofWorker(name, role, spec.network());
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(own)
                .endMetadata()
                .withNewSpec()
                .withParallelism(1)
                .withCompletions(1)
                .withBackoffLimit(0)
                .withActiveDeadlineSeconds(deadline(spec.limits()))
                .withTtlSecondsAfterFinished(KEPT_SECONDS)
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(own)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withTerminationGracePeriodSeconds((long) KILL_SECONDS)
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withNodeSelector(nodes())
                .withSecurityContext(security(settings.user()))
                .withContainers(container(spec, image, requests))
                .addNewVolume()
                .withName("tmp")
                .withNewEmptyDir()
                .withMedium("Memory")
                .withSizeLimit(bytes(Math.max(16L << 20, spec.limits().memory() / 4)))
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private Map<String, String> nodes() {
        return new TreeMap<>(
                Map.of("kubernetes.io/os", "linux", "kubernetes.io/arch", settings.architecture()));
    }

    private static PodSecurityContext security(@Nullable Long user) {
        return new PodSecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(user)
                .withRunAsGroup(user)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }

    private Container container(JobSpec spec, String image, Map<String, Quantity> requests) {
        Limits limits = spec.limits();
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(image)
                .withImagePullPolicy(pull(image))
                .withArgs(spec.command().stream().map(WorkerOrder::literal).toList())
                .withEnv(environment(spec.env()))
                .addNewPort()
                .withContainerPort(PORT)
                .withProtocol("TCP")
                .endPort()
                .withNewResources()
                .withLimits(quantities(limits.cpu(), limits.memory()))
                .withRequests(requests)
                .endResources()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withPrivileged(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount()
                .withName("tmp")
                .withMountPath("/tmp")
                .endVolumeMount()
                .build();
    }

    /** What a digest names is the same wherever it comes from. */
    private @Nullable String pull(String image) {
        String pull = settings.pull();
        return image.contains("@") && !"Never".equals(pull) ? "IfNotPresent" : pull;
    }

    private static List<EnvVar> environment(SortedMap<String, String> environment) {
        List<EnvVar> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(new EnvVar(name, literal(value), null)));
        variables.add(new EnvVar("PORT", Integer.toString(PORT), null));
        return variables;
    }

    /** Kubernetes puts a variable's value for {@code $(NAME)}, and one dollar for two. */
    static String literal(String text) {
        return text.replace("$", "$$");
    }

    static long deadline(Limits limits) {
        return Math.min(Integer.MAX_VALUE, LIFE.plus(limits.total()).toSeconds());
    }

    private static Map<String, Quantity> quantities(double cpu, long memory) {
        long millis = Math.max(1, Math.round(cpu * 1000));
        return new TreeMap<>(Map.of("cpu", new Quantity(millis + "m"), "memory", bytes(memory)));
    }

    private static Quantity bytes(long bytes) {
        return new Quantity(Long.toString(bytes));
    }
}
