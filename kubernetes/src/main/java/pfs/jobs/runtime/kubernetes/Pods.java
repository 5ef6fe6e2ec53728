package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The pods of one session of a server, as the API server last told: one watch for all, which is
 * taken up again when it breaks. Thread-safe.
 */
final class Pods implements AutoCloseable {
    private final Map<String, Optional<Known>> known = new HashMap<>();
    private @Nullable SharedIndexInformer<Pod> watch;

    /**
     * A worker's pod.
     *
     * @param name of the pod
     * @param gone it was deleted
     */
    record Known(String uid, String name, PodState state, boolean gone) {}

    private Pods() {}

    /**
     * Begins to watch.
     *
     * @throws RuntimeException of the client, when the first listing fails
     */
    static Pods of(NamespacedKubernetesClient client, Labels labels) {
        Pods pods = new Pods();
        SharedIndexInformer<Pod> watch =
                client.pods()
                        .withLabels(labels.ofSession())
                        .runnableInformer(0)
                        .exceptionHandler((started, _) -> started)
                        .addEventHandler(pods.new Handler());
        pods.watch = watch;
        try {
            watch.start().toCompletableFuture().join();
        } catch (CompletionException e) {
            watch.stop();
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        return pods;
    }

    private final class Handler implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            see(pod, false);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            see(pod, false);
        }

        @Override
        public void onDelete(Pod pod, boolean unknown) {
            see(pod, true);
        }
    }

    /** A Job makes another pod when its first was deleted: that one is nobody's worker. */
    private synchronized void see(Pod pod, boolean gone) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        String worker = labels == null ? null : labels.get(Labels.WORKER);
        if (worker == null) {
            return;
        }
        String uid = pod.getMetadata().getUid();
        Optional<Known> before = known.get(worker);
        if (before != null && before.stream().allMatch(first -> first.uid().equals(uid))) {
            PodState state = PodState.of(pod);
            String name = pod.getMetadata().getName();
            known.put(worker, Optional.of(new Known(uid, name, state, gone)));
            notifyAll();
        }
    }

    /** What comes of this worker's pod is remembered from now on, until {@link #forget}. */
    synchronized void expect(String worker) {
        known.put(worker, Optional.empty());
    }

    /** Empty while it has no pod. */
    synchronized Optional<Known> find(String worker) {
        return known.getOrDefault(worker, Optional.empty());
    }

    /** Waits until a worker's pod is as wanted; what is known of it when the time is over. */
    synchronized Optional<Known> await(String worker, Predicate<Known> wanted, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<Known> now = find(worker);
            long left = deadline - System.nanoTime();
            if (now.filter(wanted).isPresent() || left <= 0) {
                return now;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    synchronized void forget(String worker) {
        known.remove(worker);
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.stop();
        }
    }
}
