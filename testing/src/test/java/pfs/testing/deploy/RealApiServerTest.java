package pfs.testing.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart in each of its forms, and the manifests, are what a real API server takes: it is asked
 * for all but to keep them. Says so where there is none ({@code PFS_TEST_KUBECONFIG}).
 */
@Tag("kubernetes")
class RealApiServerTest {
    private static final String KUBECONFIG = "PFS_TEST_KUBECONFIG";

    private static final String OBSTACLE =
            KUBECONFIG + " names no cluster (deploy/kubernetes/cluster up DIR starts one)";

    private static boolean there() {
        return System.getenv(KUBECONFIG) != null;
    }

    @BeforeAll
    static void sayIfThereIsNone() {
        if (!there()) {
            System.out.println("no real Kubernetes was given the manifests: " + OBSTACLE);
        }
    }

    @BeforeEach
    void thereIsOne() {
        Assumptions.assumeTrue(there(), OBSTACLE);
    }

    /** How many objects the API server would have kept; it fails when it refuses one. */
    private static long taken(String yaml) throws IOException, InterruptedException {
        Ended ended = apply(yaml);
        assertThat(ended.status()).as(ended.said()).isZero();
        return ended.said().lines().filter(l -> l.contains("server dry run")).count();
    }

    private record Ended(int status, String said) {}

    private static Ended apply(String yaml) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(List.of("kubectl", "apply", "--dry-run=server", "-f", "-"))
                        .redirectErrorStream(true);
        builder.environment().put("KUBECONFIG", System.getenv(KUBECONFIG));
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(yaml.getBytes(UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), said);
    }

    static List<Map<String, Object>> settings() {
        return KubernetesTest.settings();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void theChartIsTaken(Map<String, Object> values) throws Exception {
        assertThat(taken(KubernetesTest.render(values))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pfs.yaml=2", "jobs-rbac.yaml=3"})
    void theManifestsAreTaken(String each) throws Exception {
        String[] parts = each.split("=", 2);
        String yaml = Files.readString(KubernetesTest.DEPLOY.resolve("kubernetes/" + parts[0]));
        assertThat(taken(yaml)).isEqualTo(Long.parseLong(parts[1]));
    }

    /** That the server looks at all. */
    @Test
    void aMistakeIsRefused() throws Exception {
        String yaml = Files.readString(KubernetesTest.DEPLOY.resolve("kubernetes/pfs.yaml"));
        assertThat(apply(yaml.replace("replicas: 1", "replicas: -1")).status()).isNotZero();
    }
}
