package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import java.util.List;
import pfs.jobs.spec.Network;

/**
 * Who may reach the workers of one server, and whom they may reach. Rules are nothing without a
 * network plugin that enforces them.
 */
final class NetworkRules {
    private NetworkRules() {}

    /**
     * One rule for all workers with the same network: the callers get to their port, nobody else to
     * anything; with network none they get to nothing.
     */
    static NetworkPolicy of(Labels labels, Network network, ClusterSettings.Callers callers) {
        NetworkPolicyIngressRule fromCallers =
                new NetworkPolicyIngressRuleBuilder()
                        .withFrom(peer(callers))
                        .addNewPort()
                        .withProtocol("TCP")
                        .withNewPort(WorkerOrder.PORT)
                        .endPort()
                        .build();
        return new NetworkPolicyBuilder()
                .withNewMetadata()
                .withName(labels.name(network.text()))
                .withLabels(labels.ofNetwork(network))
                .endMetadata()
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(labels.ofNetwork(network))
                .endPodSelector()
                .withPolicyTypes(
                        network == Network.NONE ? List.of("Ingress", "Egress") : List.of("Ingress"))
                .withIngress(fromCallers)
                .endSpec()
                .build();
    }

    private static NetworkPolicyPeer peer(ClusterSettings.Callers callers) {
        return switch (callers) {
            case ClusterSettings.Callers.Pods pods ->
                    new NetworkPolicyPeerBuilder()
                            .withNewPodSelector()
                            .withMatchLabels(pods.labels())
                            .endPodSelector()
                            .build();
            case ClusterSettings.Callers.Addresses addresses ->
                    new NetworkPolicyPeerBuilder()
                            .withNewIpBlock()
                            .withCidr(addresses.cidr())
                            .endIpBlock()
                            .build();
        };
    }
}
