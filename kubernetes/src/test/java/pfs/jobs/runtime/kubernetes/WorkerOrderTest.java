package pfs.jobs.runtime.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.Network;
import pfs.jobs.spec.SpecJson;

/** The objects that are made, letter by letter: what is not here is not asked for. */
class WorkerOrderTest {
    private static final Labels LABELS = new Labels("0123456789ab", "5e55");
    private static final ClusterSettings SETTINGS =
            ClusterSettings.of(Map.of("PFS_KUBERNETES_ARCH", "arm64"), true);

    private static String yaml(Object object) {
        return new KubernetesSerialization().asYaml(object);
    }

    private static JobSpec spec(String fields) {
        return SpecJson.decode(("{\"input\": \"/\", " + fields + "}").getBytes(UTF_8));
    }

    @Test
    void aWorkersJobIsConfinedAndLimited() {
        JobSpec spec =
                spec(
                        "\"image\": \"wc:1\", \"command\": [\"/wc\", \"a $(b)\"], \"env\":"
                                + " {\"MODE\": \"$$\"}, \"limits\": {\"cpu\": 1.5, \"memory\":"
                                + " \"256MiB\", \"total\": \"1h\"}");
        String image = "docker.io/library/wc@sha256:" + "a".repeat(64);
        assertThat(yaml(new WorkerOrder(LABELS, SETTINGS).worker("pfs-w-1", spec, image)))
                .isEqualToIgnoringNewLines(
                        """
                        ---
                        apiVersion: "batch/v1"
                        kind: "Job"
                        metadata:
                          labels:
                            app.kubernetes.io/managed-by: "pfs"
                            dev.pfs/network: "none"
                            dev.pfs/role: "worker"
                            dev.pfs/server: "0123456789ab"
                            dev.pfs/session: "5e55"
                            dev.pfs/worker: "pfs-w-1"
                          name: "pfs-w-1"
                        spec:
                          activeDeadlineSeconds: 90000
                          backoffLimit: 0
                          completions: 1
                          parallelism: 1
                          template:
                            metadata:
                              labels:
                                app.kubernetes.io/managed-by: "pfs"
                                dev.pfs/network: "none"
                                dev.pfs/role: "worker"
                                dev.pfs/server: "0123456789ab"
                                dev.pfs/session: "5e55"
                                dev.pfs/worker: "pfs-w-1"
                            spec:
                              automountServiceAccountToken: false
                              containers:
                              - args:
                                - "/wc"
                                - "a $$(b)"
                                env:
                                - name: "MODE"
                                  value: "$$$$"
                                - name: "PORT"
                                  value: "8080"
                                image: "docker.io/library/wc@sha256:%s"
                                imagePullPolicy: "IfNotPresent"
                                name: "worker"
                                ports:
                                - containerPort: 8080
                                  protocol: "TCP"
                                resources:
                                  limits:
                                    cpu: "1500m"
                                    memory: "268435456"
                                  requests:
                                    cpu: "1500m"
                                    memory: "268435456"
                                securityContext:
                                  allowPrivilegeEscalation: false
                                  capabilities:
                                    drop:
                                    - "ALL"
                                  privileged: false
                                  readOnlyRootFilesystem: true
                                volumeMounts:
                                - mountPath: "/tmp"
                                  name: "tmp"
                              enableServiceLinks: false
                              nodeSelector:
                                kubernetes.io/arch: "arm64"
                                kubernetes.io/os: "linux"
                              restartPolicy: "Never"
                              securityContext:
                                runAsGroup: 65532
                                runAsNonRoot: true
                                runAsUser: 65532
                                seccompProfile:
                                  type: "RuntimeDefault"
                              terminationGracePeriodSeconds: 1
                              volumes:
                              - emptyDir:
                                  medium: "Memory"
                                  sizeLimit: "67108864"
                                name: "tmp"
                          ttlSecondsAfterFinished: 300
                        """
                                .formatted("a".repeat(64)));
    }

    @Test
    void whatOnlyTellsItsImageIsConfinedAlikeAndAsksForLittle() {
        JobSpec spec = spec("\"image\": \"wc:1\", \"limits\": {\"cpu\": 4, \"memory\": \"8GiB\"}");
        WorkerOrder order = new WorkerOrder(LABELS, SETTINGS);
        String worker = yaml(order.worker("w", spec, "wc:1"));
        String probe = yaml(order.probe("w", spec, "wc:1"));
        assertThat(probe.replace("role: \"image\"", "role: \"worker\""))
                .isEqualTo(
                        worker.replaceFirst(
                                "requests:\\s+cpu: \"4000m\"\\s+memory: \"8589934592\"",
                                """
                                requests:
                                            cpu: "10m"
                                            memory: "8388608\"\
                                """));
    }

    @Test
    void dollarsStayWhatTheyAre() {
        // As Kubernetes does it: $$ is one dollar, $(NAME) the variable's value if there is one.
        for (String text : new String[] {"$(PORT)", "$$(PORT)", "$$", "$", "a$b", "$(", "$$$("}) {
            assertThat(expanded(WorkerOrder.literal(text))).isEqualTo(text);
        }
        assertThat(new EnvVar("A", WorkerOrder.literal("$(PORT)"), null).getValue())
                .isEqualTo("$$(PORT)");
    }

    private static String expanded(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
            if (text.charAt(i) == '$' && next == '$') {
                i++;
            } else if (text.startsWith("$(PORT)", i)) {
                out.append("8080");
                i += 6;
                continue;
            }
            out.append(text.charAt(i));
        }
        return out.toString();
    }

    @Test
    void withNetworkNoneOnlyCallersGetInAndNothingGetsOut() {
        ClusterSettings.Callers callers =
                java.util.Objects.requireNonNull(ClusterSettings.of(Map.of(), true).callers());
        assertThat(yaml(NetworkRules.of(LABELS, Network.NONE, callers)))
                .isEqualToIgnoringNewLines(
                        """
                        ---
                        apiVersion: "networking.k8s.io/v1"
                        kind: "NetworkPolicy"
                        metadata:
                          labels:
                            app.kubernetes.io/managed-by: "pfs"
                            dev.pfs/network: "none"
                            dev.pfs/server: "0123456789ab"
                            dev.pfs/session: "5e55"
                          name: "pfs-0123456789ab-5e55-none"
                        spec:
                          ingress:
                          - from:
                            - podSelector:
                                matchLabels:
                                  app: "pfs"
                            ports:
                            - port: 8080
                              protocol: "TCP"
                          podSelector:
                            matchLabels:
                              app.kubernetes.io/managed-by: "pfs"
                              dev.pfs/network: "none"
                              dev.pfs/server: "0123456789ab"
                              dev.pfs/session: "5e55"
                          policyTypes:
                          - "Ingress"
                          - "Egress"
                        """);
    }

    @Test
    void withEgressOnlyCallersGetIn() {
        ClusterSettings.Callers callers = new ClusterSettings.Callers.Addresses("10.0.0.7/32");
        assertThat(yaml(NetworkRules.of(LABELS, Network.EGRESS, callers)))
                .contains("ipBlock:\n        cidr: \"10.0.0.7/32\"")
                .contains("dev.pfs/network: \"egress\"")
                .contains("policyTypes:\n  - \"Ingress\"\n")
                .doesNotContain("Egress\"");
    }
}
