package pfs.jobs.runtime.kubernetes;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** Waits for the cluster to start a pod, and says what keeps it from that. Thread-safe. */
final class Placing {
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Cluster cluster;
    private final Pods pods;
    private final Patience patience;

    /**
     * @param pod for a Job to have a pod
     * @param node for the pod to find a node with room
     * @param image for its image to be pulled, and its container to start
     */
    record Patience(Duration pod, Duration node, Duration image) {
        static final Patience USUAL =
                new Patience(Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(15));
    }

    Placing(Cluster cluster, Pods pods, Patience patience) {
        this.cluster = cluster;
        this.pods = pods;
        this.patience = patience;
    }

    /**
     * Waits until the container has been started.
     *
     * @param digest what its image must be; null: whatever it is
     * @throws PfsException IMPOSSIBLE when it will never start, STOPPED when it may another time
     */
    Pods.Known awaitStart(String worker, @Nullable String digest) {
        Pods.Known pod = await(worker, false);
        String image = image(pod.state());
        if (digest != null && !digest.equals(ImageName.parse(image).digest().orElse(""))) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "the image on node '"
                            + node(pod.state())
                            + "' is "
                            + image
                            + ", but the run began with "
                            + digest
                            + ": name the image by its digest, or have it pulled always"
                            + " (PFS_KUBERNETES_PULL=Always)",
                    "image");
        }
        return pod;
    }

    /** Waits until the kubelet has told what the image is. */
    String awaitImage(String worker) {
        return image(await(worker, true).state());
    }

    private Pods.Known await(String worker, boolean probe) {
        long start = System.nanoTime();
        while (true) {
            Optional<Pods.Known> pod;
            try {
                pod = pods.await(worker, known -> settled(known, probe), LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PfsException(ErrorCode.STOPPED, "interrupted while starting a worker");
            }
            if (pod.isPresent() && settled(pod.get(), probe)) {
                return accepted(pod.get());
            }
            verifyPatience(worker, pod, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static boolean settled(Pods.Known pod, boolean probe) {
        return pod.gone()
                || switch (pod.state()) {
                    case PodState.Pending _ -> false;
                    case PodState.Running running -> !probe || !running.image().isEmpty();
                    case PodState.Ended _, PodState.Refused _ -> true;
                };
    }

    private static Pods.Known accepted(Pods.Known pod) {
        if (pod.state() instanceof PodState.Refused refused) {
            throw new PfsException(
                    refused.forGood() ? ErrorCode.IMPOSSIBLE : ErrorCode.STOPPED,
                    "the cluster cannot start the container: " + refused.why());
        }
        if (pod.gone() && !(pod.state() instanceof PodState.Ended)) {
            throw new PfsException(
                    ErrorCode.STOPPED, "the pod " + pod.name() + " was deleted by somebody");
        }
        return pod;
    }

    private void verifyPatience(String worker, Optional<Pods.Known> pod, Duration waited) {
        if (pod.isEmpty()) {
            verify(
                    waited,
                    patience.pod(),
                    () -> "the Job " + worker + " has no pod: " + lastEvent(worker));
        } else if (pod.get().state() instanceof PodState.Pending pending) {
            verify(
                    waited,
                    pending.unschedulable() ? patience.node() : patience.image(),
                    () -> "the pod " + pod.get().name() + " does not start: " + pending.why());
        }
    }

    private String lastEvent(String worker) {
        return cluster.lastEvent(worker).orElse("kubectl describe job " + worker + " may say why");
    }

    private static void verify(
            Duration waited, Duration limit, java.util.function.Supplier<String> what) {
        if (waited.compareTo(limit) > 0) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, what.get() + " (after " + limit.toSeconds() + " s)");
        }
    }

    private static String image(PodState state) {
        return switch (state) {
            case PodState.Running running -> running.image();
            case PodState.Ended ended -> ended.image();
            case PodState.Pending _, PodState.Refused _ -> "";
        };
    }

    private static String node(PodState state) {
        return switch (state) {
            case PodState.Running running -> running.node();
            case PodState.Ended ended -> ended.node();
            case PodState.Pending _, PodState.Refused _ -> "";
        };
    }
}
