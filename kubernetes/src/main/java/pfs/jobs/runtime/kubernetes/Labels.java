package pfs.jobs.runtime.kubernetes;

import java.util.Map;
import java.util.TreeMap;
import pfs.jobs.spec.Network;

/**
 * The labels of all that one server has in a cluster, by which it, its successor and people find
 * it.
 *
 * @param server the same after every restart
 * @param session another one after every start
 */
record Labels(String server, String session) {
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String SERVER = "dev.pfs/server";
    static final String SESSION = "dev.pfs/session";

    /** The name of the worker, which is its Job's too. */
    static final String WORKER = "dev.pfs/worker";

    static final String NETWORK = "dev.pfs/network";

    /** {@code worker}, or {@code image} for a pod that only tells what its image is. */
    static final String ROLE = "dev.pfs/role";

    Map<String, String> ofServer() {
        return Map.of(MANAGED_BY, "pfs", SERVER, server);
    }

    Map<String, String> ofSession() {
        Map<String, String> labels = new TreeMap<>(ofServer());
        labels.put(SESSION, session);
        return labels;
    }

    Map<String, String> ofNetwork(Network network) {
        Map<String, String> labels = new TreeMap<>(ofSession());
        labels.put(NETWORK, network.text());
        return labels;
    }

    Map<String, String> ofWorker(String name, String role, Network network) {
        Map<String, String> labels = new TreeMap<>(ofNetwork(network));
        labels.put(WORKER, name);
        labels.put(ROLE, role);
        return labels;
    }

    String name(String suffix) {
        return "pfs-" + server + "-" + session + "-" + suffix;
    }
}
