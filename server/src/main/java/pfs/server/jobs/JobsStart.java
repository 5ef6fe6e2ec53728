package pfs.server.jobs;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.Jobs;
import pfs.jobs.runtime.LazyRuntime;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.docker.DockerRuntime;
import pfs.jobs.runtime.kubernetes.KubernetesRuntime;
import pfs.jobs.runtime.process.ProcessRuntime;
import pfs.jobs.workspace.RepoWorkspace;
import pfs.repo.Repos;

/** Opens the jobs of a server: chooses where they run, and how much they may use. */
public final class JobsStart {
    private static final Duration WARM = Duration.ofSeconds(60);

    /** The part of the heap for sorting and merging of one run: 64 MiB of 512. */
    private static final int HEAP_PART = 8;

    private JobsStart() {}

    /**
     * @param runtime closed with the jobs
     * @param servers on how many of them workers run
     */
    public static Jobs open(Repos repos, Path data, Runtime runtime, IntSupplier servers) {
        Path directory = data.resolve("jobs");
        java.lang.Runtime machine = java.lang.Runtime.getRuntime();
        Jobs jobs =
                new Jobs(
                        new RepoWorkspace(repos),
                        repos.meta(),
                        runtime,
                        new Jobs.Settings(
                                directory,
                                Math.max(32L << 20, machine.maxMemory() / HEAP_PART),
                                () -> machine.availableProcessors() * servers.getAsInt(),
                                WARM,
                                "this server runs no jobs",
                                InstantSource.system()),
                        new java.util.Random(new SplittableRandom().nextLong()));
        repos.collector().keep(jobs.roots());
        jobs.start();
        return jobs;
    }

    /**
     * Where workers run on this server.
     *
     * @param kind auto, docker, kubernetes or process
     */
    public static Runtime runtime(String kind, Path data, Map<String, String> environment) {
        Path directory = data.resolve("jobs");
        if (kind.equals("process")) {
            return new ProcessRuntime(directory.resolve("process"));
        }
        String server = ServerName.of(directory);
        if (kind.equals("kubernetes")) {
            return new LazyRuntime(kind, () -> KubernetesRuntime.connect(environment, server));
        }
        return new LazyRuntime("docker", () -> connect(environment, server));
    }

    private static Runtime connect(Map<String, String> environment, String server) {
        List<String> hosts = DockerRuntime.usualHosts(environment);
        PfsException failure = null;
        for (String host : hosts) {
            try {
                return DockerRuntime.connect(host, server);
            } catch (PfsException e) {
                failure = e;
            }
        }
        throw new PfsException(
                ErrorCode.IMPOSSIBLE,
                (failure == null ? "no container engine is here" : failure.getMessage())
                        + "; start Docker or Podman (or set DOCKER_HOST), or type"
                        + " ./pfs serve --runtime process to run jobs as local programs, which are"
                        + " not isolated",
                null,
                failure);
    }
}
