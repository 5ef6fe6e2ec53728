package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.ContainerEngine;
import pfs.jobs.runtime.Runtime;

/**
 * A namespace of a cluster that somebody has started, as {@code deploy/kubernetes/cluster} does:
 * {@code PFS_TEST_KUBECONFIG} names the kubeconfig of an administrator, and {@code
 * PFS_TEST_NODES_ENGINE} the engine that the images of the tests are given to, if the nodes do not
 * have them. The runtime has the rights of {@code deploy/kubernetes/jobs-rbac.yaml} and no others:
 * a token of that service account is all that it is given.
 */
public final class RealCluster implements AutoCloseable {
    private static final String KUBECONFIG = "PFS_TEST_KUBECONFIG";
    private static final String ACCOUNT = "pfs-jobs";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final KubernetesClient admin;
    private final String namespace;

    private RealCluster(KubernetesClient admin) {
        this.admin = admin;
        this.namespace = "pfs-test-" + ProcessHandle.current().pid();
    }

    /** Why there is none; null if there is one. */
    public static @Nullable String obstacle() {
        String file = System.getenv(KUBECONFIG);
        return file == null || file.isBlank()
                ? KUBECONFIG + " names no cluster (deploy/kubernetes/cluster up DIR starts one)"
                : null;
    }

    /**
     * Makes the namespace, with the service account and its rights.
     *
     * @param directory for temporary files
     */
    public static RealCluster use(Path directory) throws IOException, InterruptedException {
        String engine = System.getenv("PFS_TEST_NODES_ENGINE");
        if (engine != null) {
            ContainerEngine.importImages(directory, engine);
        }
        Config config = Config.fromKubeconfig(Path.of(System.getenv(KUBECONFIG)).toFile());
        RealCluster cluster = new RealCluster(client(config));
        try {
            cluster.makeNamespace();
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    private void makeNamespace() throws IOException, InterruptedException {
        admin.namespaces()
                .resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
        Path rights = root().resolve("deploy/kubernetes/jobs-rbac.yaml");
        ContainerEngine.Ended applied =
                ContainerEngine.run(
                        Map.of("KUBECONFIG", System.getenv(KUBECONFIG)),
                        "kubectl",
                        "apply",
                        "-n",
                        namespace,
                        "-f",
                        rights.toString());
        if (applied.code() != 0) {
            throw new IOException(applied.output());
        }
    }

    private static Path root() {
        return Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
                .filter(p -> Files.exists(p.resolve("deploy")))
                .findFirst()
                .orElseThrow();
    }

    /** A runtime that may do what the rights allow. */
    public Runtime open() {
        return open(ACCOUNT);
    }

    /** A runtime that may do nothing. */
    public Runtime openWithoutRights() {
        return open("default");
    }

    private Runtime open(String account) {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("PFS_KUBERNETES_NAMESPACE", namespace);
        Config own =
                new ConfigBuilder(admin.getConfiguration())
                        .withOauthToken(token(account))
                        .withClientCertData(null)
                        .withClientKeyData(null)
                        .build();
        return KubernetesRuntime.connect(
                own,
                ClusterSettings.of(environment, false),
                "test",
                new Placing.Patience(PATIENCE, PATIENCE, PATIENCE));
    }

    /** The models that the client library is used with have none of a request for a token. */
    private String token(String account) {
        String answer =
                admin.raw(
                        "/api/v1/namespaces/%s/serviceaccounts/%s/token"
                                .formatted(namespace, account),
                        "POST",
                        "{\"apiVersion\": \"authentication.k8s.io/v1\", \"kind\":"
                                + " \"TokenRequest\", \"spec\": {}}");
        Matcher token = Pattern.compile("\"token\": *\"([^\"]+)\"").matcher(answer);
        if (!token.find()) {
            throw new IllegalStateException("no token for " + account);
        }
        return token.group(1);
    }

    /**
     * Workers that are there, without those that only tell what an image is, and those that have
     * ended: a kubelet may take a while to let go of them.
     */
    public int workers() {
        return (int)
                admin
                        .batch()
                        .v1()
                        .jobs()
                        .inNamespace(namespace)
                        .withLabel(Labels.ROLE, "worker")
                        .list()
                        .getItems()
                        .stream()
                        .filter(j -> j.getMetadata().getDeletionTimestamp() == null)
                        .count();
    }

    /** Pods that are there, whatever they are for and whether they run or not. */
    public int pods() {
        return admin.pods().inNamespace(namespace).list().getItems().size();
    }

    /** Network policies that are there. */
    public int policies() {
        return admin.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .list()
                .getItems()
                .size();
    }

    @Override
    public void close() {
        admin.namespaces().withName(namespace).delete();
        admin.close();
    }
}
