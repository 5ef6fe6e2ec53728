package pfs.jobs.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Ulimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pfs.jobs.runtime.Runtime.Program;
import pfs.jobs.spec.Limits;
import pfs.jobs.spec.Network;

/** What a worker's container may and may not do. */
final class ContainerOrder {
    static final int PORT = 8080;

    /** Processes and threads of a container: enough for a JVM, too few for a fork bomb. */
    private static final long PIDS = 512;

    private static final long OPEN_FILES = 4096;

    /** Kernel keyrings and messages of a container's output on the engine's disk. */
    private static final Map<String, String> LOG_LIMITS =
            Map.of("max-size", "16m", "max-file", "2");

    private ContainerOrder() {}

    /** Creates the container, which does not run yet; its id. */
    static String create(
            DockerClient client, Program program, String name, Map<String, String> labels) {
        List<String> env = new ArrayList<>();
        program.env().forEach((key, value) -> env.add(key + "=" + value));
        env.add("PORT=" + PORT);
        CreateContainerCmd order =
                client.createContainerCmd(program.id())
                        .withName(name)
                        .withEnv(env)
                        .withLabels(labels)
                        .withHostConfig(confined(program));
        if (!program.spec().command().isEmpty()) {
            order.withCmd(program.spec().command());
        }
        return order.exec().getId();
    }

    private static HostConfig confined(Program program) {
        Limits limits = program.spec().limits();
        long tmpfs = Math.max(16L << 20, limits.memory() / 4);
        return HostConfig.newHostConfig()
                .withNetworkMode(program.spec().network() == Network.NONE ? "none" : "bridge")
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withReadonlyRootfs(true)
                .withTmpFs(Map.of("/tmp", "rw,nosuid,nodev,mode=1777,size=" + tmpfs))
                .withMemory(limits.memory())
                .withMemorySwap(limits.memory())
                .withNanoCPUs((long) (limits.cpu() * 1e9))
                .withPidsLimit(PIDS)
                // Podman's defaults are above what a container without CAP_SYS_RESOURCE may have.
                .withUlimits(
                        List.of(
                                new Ulimit("nofile", OPEN_FILES, OPEN_FILES),
                                new Ulimit("nproc", OPEN_FILES, OPEN_FILES)))
                .withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE, LOG_LIMITS));
    }
}
