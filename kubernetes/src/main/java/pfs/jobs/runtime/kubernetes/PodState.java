package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a pod's status comes to for a worker. */
sealed interface PodState {
    /** Nothing runs yet. */
    record Pending(boolean unschedulable, String why) implements PodState {}

    /**
     * @param address of the pod
     * @param image as the kubelet names it
     */
    record Running(String address, String image, String node) implements PodState {}

    /** Its container ran, and ended. */
    record Ended(int code, boolean outOfMemory, String image, String node) implements PodState {}

    /**
     * It does not run, and will not.
     *
     * @param forGood false: another one, made later, may
     */
    record Refused(String why, boolean forGood) implements PodState {}

    /** Reasons for which a container waits in vain. */
    Set<String> VAIN =
            Set.of(
                    "ErrImagePull",
                    "ImagePullBackOff",
                    "ErrImageNeverPull",
                    "InvalidImageName",
                    "ImageInspectError",
                    "CreateContainerConfigError",
                    "CreateContainerError",
                    "RunContainerError");

    /** Reasons for which a container ended before its program began. */
    Set<String> NEVER_BEGAN = Set.of("ContainerCannotRun", "StartError");

    static PodState of(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null) {
            return new Pending(false, "nobody has looked at it");
        }
        Optional<ContainerStatus> container =
                list(status.getContainerStatuses()).stream()
                        .filter(c -> WorkerOrder.CONTAINER.equals(c.getName()))
                        .findFirst();
        @Nullable PodState told =
                container.isEmpty() || container.get().getState() == null
                        ? null
                        : told(pod, container.get(), container.get().getState());
        if (told != null) {
            return told;
        }
        return switch (text(status.getPhase())) {
            case "Failed" -> new Refused(reason(status.getReason(), status.getMessage()), false);
            case "Succeeded" -> new Ended(0, false, "", node(pod));
            default -> pending(status);
        };
    }

    private static @Nullable PodState told(
            Pod pod, ContainerStatus container, ContainerState state) {
        ContainerStateTerminated ended = state.getTerminated();
        String image = text(container.getImageID());
        if (ended != null) {
            String why = text(ended.getReason());
            if (NEVER_BEGAN.contains(why)) {
                return new Refused(reason(why, ended.getMessage()), true);
            }
            Integer code = ended.getExitCode();
            return new Ended(code == null ? -1 : code, why.equals("OOMKilled"), image, node(pod));
        }
        String address = text(pod.getStatus().getPodIP());
        if (state.getRunning() != null && !address.isEmpty()) {
            return new Running(address, image, node(pod));
        }
        ContainerStateWaiting waiting = state.getWaiting();
        if (waiting != null && VAIN.contains(text(waiting.getReason()))) {
            return new Refused(reason(waiting.getReason(), waiting.getMessage()), true);
        }
        return null;
    }

    private static Pending pending(PodStatus status) {
        for (PodCondition condition : list(status.getConditions())) {
            if ("PodScheduled".equals(condition.getType())
                    && "False".equals(condition.getStatus())) {
                return new Pending(true, reason(condition.getReason(), condition.getMessage()));
            }
        }
        return new Pending(false, "its image is being pulled, or its container made");
    }

    private static String node(Pod pod) {
        return pod.getSpec() == null ? "" : text(pod.getSpec().getNodeName());
    }

    private static String reason(@Nullable String reason, @Nullable String message) {
        String said = text(message).strip();
        return said.isEmpty() ? text(reason) : text(reason) + ": " + said;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
