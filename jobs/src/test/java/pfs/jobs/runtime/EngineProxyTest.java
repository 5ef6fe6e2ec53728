package pfs.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.jobs.runtime.docker.DockerRuntime;
import pfs.jobs.runtime.docker.EngineProxy;

/**
 * The contract of a runtime through the proxy, with a real engine, and what does not get through.
 */
@Tag("docker")
class EngineProxyTest extends RuntimeContract {
    private static final String SERVER = "0123456789ab";
    private static final String IMAGE = "sha256:" + "0".repeat(64);
    private static ContainerEngine engine;
    private static EngineProxy proxy;
    private static Path directory;

    @BeforeAll
    static void startEngine() throws Exception {
        String obstacle = ContainerEngine.obstacle(ContainerEngine.Kind.DOCKER);
        if (obstacle != null) {
            System.out.println("EngineProxyTest cannot run here: " + obstacle);
        }
        Assumptions.assumeTrue(obstacle == null, String.valueOf(obstacle));
        engine = ContainerEngine.start();
        directory = Files.createTempDirectory("pfsp");
        proxy = EngineProxy.start(socket(), Path.of(engine.host().substring(7)));
    }

    @AfterAll
    static void stopEngine() throws Exception {
        if (proxy != null) {
            proxy.close();
            Files.deleteIfExists(socket());
            Files.delete(directory);
        }
        if (engine != null) {
            engine.close();
        }
    }

    private static Path socket() {
        return directory.resolve("sock");
    }

    @Override
    Runtime open() {
        return DockerRuntime.connect("unix://" + socket(), SERVER);
    }

    @Override
    String serving() {
        return "\"image\": \"pfs-test\", \"limits\": {\"memory\": \"64MiB\"}";
    }

    @Override
    String running(String script) {
        return "\"image\": \"pfs-test\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]";
    }

    @Override
    String missing() {
        return "\"image\": \"pfs-no-such-image:1\"";
    }

    @Override
    int count() throws Exception {
        return (int) engine.docker("ps", "-aq").lines().count();
    }

    private static String call(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket()));
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (channel.read(buffer) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private static String call(String method, String target, String body) throws IOException {
        return call(
                method
                        + " "
                        + target
                        + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length
                        + "\r\n\r\n"
                        + body);
    }

    /** As pfs orders it, with {@code extra} fields of the order and of its HostConfig. */
    private static String order(String extra, String hostExtra) {
        return """
        {"Image": "%s", "Labels": {"dev.pfs.server": "x"}%s, "HostConfig": {
          "NetworkMode": "none", "CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"],
          "ReadonlyRootfs": true, "Memory": 67108864, "MemorySwap": 67108864,
          "NanoCpus": 1000000000, "PidsLimit": 512%s}}\
        """
                .formatted(IMAGE, extra, hostExtra);
    }

    private static String create(String order) throws IOException {
        return call("POST", "/v1.41/containers/create?name=pfs-" + SERVER + "-1-1", order);
    }

    @Test
    void whatPfsOrdersGetsThrough() throws Exception {
        // It is the engine that has no such image.
        assertThat(create(order("", ""))).startsWith("HTTP/1.1 404").contains("No such image");
    }

    @Test
    void whatSaysNothingDoesNotReachTheEngine() throws Exception {
        // An engine would take this for an order without a HostConfig.
        assertThat(create(order("", "").replace("}}", "}, \"hostconfig\": null, \"User\": null}")))
                .startsWith("HTTP/1.1 404");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"Privileged\": true",
                "\"privileged\": true",
                "\"Privileged\": false",
                "\"Binds\": [\"/:/host\"]",
                "\"Mounts\": [{\"Type\": \"bind\", \"Source\": \"/\", \"Target\": \"/host\"}]",
                "\"VolumesFrom\": [\"pfs\"]",
                "\"NetworkMode\": \"host\"",
                "\"NetworkMode\": \"container:abc\"",
                "\"PidMode\": \"host\"",
                "\"IpcMode\": \"host\"",
                "\"UTSMode\": \"host\"",
                "\"UsernsMode\": \"host\"",
                "\"CgroupnsMode\": \"host\"",
                "\"CgroupParent\": \"/\"",
                "\"CapAdd\": [\"SYS_ADMIN\"]",
                "\"CapDrop\": []",
                "\"CapDrop\": [\"ALL\", \"CHOWN\"]",
                "\"SecurityOpt\": []",
                "\"SecurityOpt\": [\"seccomp=unconfined\"]",
                "\"SecurityOpt\": [\"no-new-privileges\", \"seccomp=unconfined\"]",
                "\"SecurityOpt\": [\"no-new-privileges=false\"]",
                "\"ReadonlyRootfs\": false",
                "\"ReadonlyRootfs\": \"true\"",
                "\"Devices\": [{\"PathOnHost\": \"/dev/sda\"}]",
                "\"DeviceCgroupRules\": [\"a *:* rwm\"]",
                "\"DeviceRequests\": [{\"Driver\": \"nvidia\"}]",
                "\"Runtime\": \"mine\"",
                "\"Sysctls\": {\"kernel.core_pattern\": \"x\"}",
                "\"MaskedPaths\": []",
                "\"ReadonlyPaths\": []",
                "\"OomScoreAdj\": -1000",
                "\"OomKillDisable\": true",
                "\"PidsLimit\": -1",
                "\"PidsLimit\": 100000",
                "\"Memory\": 0",
                "\"MemorySwap\": -1",
                "\"NanoCpus\": 0",
                "\"Tmpfs\": {\"/tmp\": \"rw,exec,suid\"}",
                "\"Tmpfs\": {\"/etc\": \"rw,nosuid,nodev,mode=1777,size=1\"}",
                "\"PortBindings\": {\"80/tcp\": [{\"HostPort\": \"80\"}]}",
                "\"PublishAllPorts\": true",
                "\"Links\": [\"pfs\"]",
                "\"ExtraHosts\": [\"a:1.2.3.4\"]",
                "\"RestartPolicy\": {\"Name\": \"always\"}",
                "\"LogConfig\": {\"Type\": \"syslog\", \"Config\": {}}",
                "\"LogConfig\": {\"Type\": \"json-file\", \"Config\": {\"labels\": \"x\"}}",
                "\"Ulimits\": [{\"Name\": \"nofile\", \"Soft\": 4096, \"Hard\": 10000000}]",
                "\"VolumeDriver\": \"x\"",
                "\"ContainerIDFile\": \"/etc/passwd\"",
                "\"SomethingNew\": 1"
            })
    void noContainerIsMadeThatConfinesLess(String field) throws Exception {
        assertThat(create(order("", ", " + field))).startsWith("HTTP/1.1 403");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"Image\": \"busybox\"",
                "\"Entrypoint\": [\"/bin/sh\"]",
                "\"User\": \"0\"",
                "\"Volumes\": {\"/x\": {}}",
                "\"ExposedPorts\": {\"80/tcp\": {}}",
                "\"NetworkingConfig\": {\"EndpointsConfig\": {\"host\": {}}}",
                "\"hostconfig\": {\"Privileged\": true}",
                "\"Cmd\": \"sh\"",
                "\"Labels\": {\"com.docker.compose.project\": \"x\"}",
                "\"Healthcheck\": {\"Test\": [\"CMD\", \"x\"]}"
            })
    void norWithFieldsThatPfsNeverSends(String field) throws Exception {
        assertThat(create(order(", " + field, ""))).startsWith("HTTP/1.1 403");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /info",
                "GET /containers/json",
                "GET /containers/json?all=true",
                "GET /containers/json?filters=%7B%22label%22%3A%5B%22other%3D1%22%5D%7D",
                "GET /containers/json?filters=%7B%22status%22%3A%5B%22exited%22%5D%7D",
                "POST /containers/create",
                "POST /containers/create?name=other",
                "POST /containers/create?name=pfs-0123456789ab-1-1&platform=x",
                "POST /containers/abc/exec",
                "POST /containers/abc/stop",
                "POST /containers/abc/attach",
                "POST /containers/abc/update",
                "PUT /containers/abc/archive?path=/",
                "GET /containers/abc/archive?path=/",
                "GET /containers/abc/export",
                "POST /containers/prune",
                "POST /build",
                "POST /commit",
                "POST /images/load",
                "POST /images/create?fromSrc=-",
                "DELETE /images/abc",
                "GET /images/a/../../containers/abc/json",
                "GET /images/%2e%2e/json",
                "GET /images/..%2F..%2Finfo%3F/json",
                "POST /volumes/create",
                "POST /networks/create",
                "POST /networks/x/connect",
                "POST /plugins/pull",
                "POST /swarm/init",
                "GET /secrets",
                "POST /exec/abc/start",
                "POST /session",
                "GET //containers/abc/json",
                "GET /v1.41/v1.41/info",
                "HEAD /_ping"
            })
    void otherCallsAreRefused(String call) throws Exception {
        String[] words = call.split(" ", 2);
        assertThat(call(words[0], words[1], "")).startsWith("HTTP/1.1 403");
        assertThat(call(words[0], "/v1.41" + words[1], "")).startsWith("HTTP/1.1 403");
    }

    @Test
    void anotherOnesContainerIsLeftAlone() throws Exception {
        String id = engine.docker("create", "--network", "none", "pfs-test").strip();
        try {
            for (String call :
                    new String[] {
                        "GET /containers/%s/json",
                        "GET /containers/%s/logs?stdout=1",
                        "POST /containers/%s/start",
                        "DELETE /containers/%s?force=1"
                    }) {
                String[] words = call.formatted(id).split(" ");
                assertThat(call(words[0], words[1], "")).as(call).startsWith("HTTP/1.1 403");
            }
            assertThat(call("POST", "/pfs/dial/" + id, "")).startsWith("HTTP/1.1 502");
            assertThat(engine.docker("ps", "-aq", "--no-trunc")).contains(id);
        } finally {
            engine.docker("rm", "-f", id);
        }
    }

    @Test
    void requestsThatTwoParsersCouldReadDifferentlyAreNotPassedOn() throws Exception {
        assertThat(call("GET /version HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(call("GET http://x/version HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(call("GET", "/version?a=1&a=2", "")).startsWith("HTTP/1.1 400");
        assertThat(call("POST /containers/create HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        // Of two requests on one connection only the first is answered.
        String both = "GET /version HTTP/1.1\r\nHost: x\r\n\r\nGET /info HTTP/1.1\r\n\r\n";
        assertThat(call(both)).startsWith("HTTP/1.1 200").doesNotContain("DockerRootDir");
    }

    @Test
    void aContainerThatReachesNothingIsReachedThroughTheProxy() throws Exception {
        try (Worker worker = start(serving())) {
            assertThat(run(worker, "ip route; ip -o link | grep -v ' lo:'; echo end"))
                    .isEqualTo("end\n");
        }
    }

    @Test
    void anEngineThatIsAwayIsSaidToBe() throws Exception {
        Path other = directory.resolve("away");
        try (EngineProxy _ = EngineProxy.start(other, directory.resolve("nothing"))) {
            assertThatThrownBy(() -> DockerRuntime.connect("unix://" + other, SERVER))
                    .hasMessageContaining("no container engine answers");
        } finally {
            Files.deleteIfExists(other);
        }
    }
}
