package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;

/**
 * What pfs asks of an API server: to make, list and delete Jobs and network policies of one
 * namespace. Requests that fail by the connection, or by a 5xx, are made again for half a minute,
 * so that a restart of the API server is survived. Thread-safe.
 */
final class Cluster implements AutoCloseable {
    private static final int CONFLICT = 409;
    private static final int RETRIES = 13;
    private static final int FIRST_RETRIES = 1;

    private final NamespacedKubernetesClient client;

    private Cluster(NamespacedKubernetesClient client) {
        this.client = client;
    }

    /**
     * Connects, and asks for the server's version.
     *
     * @throws PfsException STOPPED when no API server answers, IMPOSSIBLE when it refuses
     */
    static Cluster connect(Config config, String namespace) {
        try (KubernetesClient first = client(config, namespace, FIRST_RETRIES)) {
            first.getKubernetesVersion();
        } catch (RuntimeException e) {
            throw ApiTrouble.of(config.getMasterUrl(), e);
        }
        return new Cluster(client(config, namespace, RETRIES));
    }

    private static NamespacedKubernetesClient client(Config config, String namespace, int retries) {
        Config own =
                new ConfigBuilder(config)
                        .withNamespace(namespace)
                        .withRequestRetryBackoffLimit(retries)
                        // A stream a log: more than API servers let into one connection.
                        .withHttp2Disable(true)
                        .build();
        return new KubernetesClientBuilder()
                .withConfig(own)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build()
                .adapt(NamespacedKubernetesClient.class);
    }

    NamespacedKubernetesClient client() {
        return client;
    }

    String url() {
        return client.getMasterUrl().toString();
    }

    /** Makes a Job; one that is there already is one whose answer was lost. */
    void create(Job job) {
        created(() -> client.batch().v1().jobs().resource(job).create());
    }

    /** Makes a network policy; one that is there already is the same. */
    void create(NetworkPolicy policy) {
        created(() -> client.network().v1().networkPolicies().resource(policy).create());
    }

    private void created(Runnable create) {
        try {
            create.run();
        } catch (RuntimeException e) {
            if (!(e instanceof KubernetesClientException refused)
                    || refused.getCode() != CONFLICT) {
                throw ApiTrouble.of(url(), e);
            }
        }
    }

    List<Job> jobs(Map<String, String> labels) {
        try {
            return client.batch().v1().jobs().withLabels(labels).list().getItems();
        } catch (RuntimeException e) {
            throw ApiTrouble.of(url(), e);
        }
    }

    List<NetworkPolicy> policies(Map<String, String> labels) {
        try {
            return client.network().v1().networkPolicies().withLabels(labels).list().getItems();
        } catch (RuntimeException e) {
            throw ApiTrouble.of(url(), e);
        }
    }

    /** Deletes a Job with its pods; why that cannot be asked now, null if it was. */
    @Nullable String deleteJob(String name) {
        try {
            client.batch()
                    .v1()
                    .jobs()
                    .withName(name)
                    .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                    .delete();
            return null;
        } catch (RuntimeException e) {
            return ApiTrouble.of(url(), e).getMessage();
        }
    }

    void delete(NetworkPolicy policy) {
        try {
            client.network().v1().networkPolicies().resource(policy).delete();
        } catch (RuntimeException e) {
            throw ApiTrouble.of(url(), e);
        }
    }

    /** Waits until a Job and its pods are gone; false if they are not in that time. */
    boolean awaitGone(String job, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (long pause = 50; System.nanoTime() < deadline; pause = Math.min(2 * pause, 400)) {
            if (gone(job)) {
                return true;
            }
            Thread.sleep(pause);
        }
        return false;
    }

    private boolean gone(String job) {
        try {
            return client.batch().v1().jobs().withName(job).get() == null;
        } catch (RuntimeException e) {
            // Nobody knows.
            return false;
        }
    }

    /** The last that the cluster said of an object, if that may be read. */
    Optional<String> lastEvent(String name) {
        try {
            return client
                    .v1()
                    .events()
                    .withField("involvedObject.name", name)
                    .list()
                    .getItems()
                    .stream()
                    .filter(e -> "Warning".equals(e.getType()))
                    .max(Comparator.comparing(Cluster::time))
                    .map(e -> e.getReason() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static String time(Event event) {
        String last = event.getLastTimestamp();
        return last == null ? "" : last;
    }

    @Override
    public void close() {
        client.close();
    }
}
