package pfs.jobs.runtime.kubernetes;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * How workers are placed in a cluster, from variables {@code PFS_KUBERNETES_…} of the environment.
 *
 * @param namespace null: the kubeconfig's, or the service account's
 * @param architecture of the nodes that may run workers, as Kubernetes calls it: {@code amd64}
 * @param pull when nodes pull an image that is named by its tag: Always, IfNotPresent or Never;
 *     null: as Kubernetes does, Always for {@code latest} and IfNotPresent for other tags
 * @param user the numeric user of workers; null: the image's own, which must be a number too
 * @param callers who this server is to the cluster's network; null: not known
 */
record ClusterSettings(
        @Nullable String namespace,
        String architecture,
        @Nullable String pull,
        @Nullable Long user,
        @Nullable Callers callers) {
    private static final String PREFIX = "PFS_KUBERNETES_";

    /** Nobody's files are this user's; images without a shell often have it. */
    private static final long NONROOT = 65532;

    /** The labels of the pod that {@code deploy/kubernetes/pfs.yaml} makes. */
    private static final Callers OWN_PODS = new Callers.Pods(Map.of("app", "pfs"));

    /** Whose requests a worker's network lets in. */
    sealed interface Callers {
        /** Pods of the workers' namespace that have all of these labels. */
        record Pods(Map<String, String> labels) implements Callers {
            public Pods {
                labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
            }
        }

        /** Addresses outside of the cluster, like {@code 10.0.0.7/32}. */
        record Addresses(String cidr) implements Callers {}
    }

    /**
     * @param inCluster whether this server is a pod itself
     * @throws PfsException IMPOSSIBLE, naming the variable that is at fault
     */
    static ClusterSettings of(Map<String, String> environment, boolean inCluster) {
        String user = value(environment, "USER");
        String callers = value(environment, "CALLERS");
        String architecture = value(environment, "ARCH");
        return new ClusterSettings(
                value(environment, "NAMESPACE"),
                architecture == null ? architecture(System.getProperty("os.arch")) : architecture,
                pull(value(environment, "PULL")),
                user == null ? Long.valueOf(NONROOT) : user(user),
                callers == null ? (inCluster ? OWN_PODS : null) : callers(callers));
    }

    private static @Nullable String value(Map<String, String> environment, String name) {
        String value = environment.get(PREFIX + name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** From Java's names to those of Go, which Kubernetes uses. */
    static String architecture(String java) {
        return switch (java.toLowerCase(Locale.ROOT)) {
            case "x86_64", "amd64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> java;
        };
    }

    private static @Nullable String pull(@Nullable String text) {
        if (text != null && !List.of("Always", "IfNotPresent", "Never").contains(text)) {
            throw wrong("PULL", text, "Always, IfNotPresent or Never");
        }
        return text;
    }

    private static @Nullable Long user(String text) {
        if (text.equals("image")) {
            return null;
        }
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw wrong("USER", text, "a number above 0, or 'image' for the image's own user");
        }
        return Long.valueOf(text);
    }

    private static Callers callers(String text) {
        if (text.matches("[0-9a-fA-F.:]+/[0-9]{1,3}")) {
            return new Callers.Addresses(text);
        }
        Map<String, String> labels = new TreeMap<>();
        for (String label : text.split(",", -1)) {
            int equals = label.indexOf('=');
            if (equals <= 0) {
                throw wrong("CALLERS", text, "labels like app=pfs, or addresses like 10.0.0.7/32");
            }
            labels.put(label.substring(0, equals).strip(), label.substring(equals + 1).strip());
        }
        return new Callers.Pods(labels);
    }

    private static PfsException wrong(String name, String value, String expected) {
        return new PfsException(
                ErrorCode.IMPOSSIBLE, PREFIX + name + " is '" + value + "'; it is " + expected);
    }
}
