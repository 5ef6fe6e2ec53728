package pfs.server.start;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pfs.meta.MetaStore;
import pfs.server.sync.Cluster;
import picocli.CommandLine.Option;

/** The flags about replicas. */
final class ReplicaOptions {
    @Option(
            names = "--replicas",
            paramLabel = "URL,URL",
            description = "push every commit to these servers")
    private @Nullable String replicas;

    @Option(
            names = "--replica-acks",
            paramLabel = "N",
            description = "replicas that must have a commit before it is answered (0)")
    private int acks;

    @Option(
            names = "--replica-timeout",
            paramLabel = "SECONDS",
            description = "how long a commit waits for them (30)")
    private int timeout = 30;

    @Option(names = "--replica-of", paramLabel = "URL", description = "follow that server")
    private @Nullable String replicaOf;

    @Option(
            names = "--replica-writes",
            paramLabel = "HOW",
            description = "what a replica does with writes: forward, redirect, refuse (forward)")
    private String writes = "forward";

    @Option(
            names = "--advertise",
            paramLabel = "URL",
            description = "what other servers call this one (where it listens)")
    private @Nullable String advertise;

    @Option(
            names = "--coordinator",
            paramLabel = "URI",
            description =
                    "elect a master among these servers: etcd://HOST:PORT,HOST:PORT; --replicas"
                            + " names all others")
    private @Nullable String coordinator;

    @Option(
            names = "--coordinator-term",
            paramLabel = "SECONDS",
            description = "how long a silent master is waited for (3)")
    private int term = 3;

    @Nullable String advertised() {
        return advertise;
    }

    /** True if a flag asks for copies on other servers. */
    boolean any() {
        return replicas != null || replicaOf != null || coordinator != null;
    }

    /**
     * What the flags ask for.
     *
     * @param token for the other servers; null for none
     * @param open connects to a coordinator
     * @throws IllegalArgumentException with a line that says what is wrong
     */
    Cluster.Plan plan(@Nullable String token, Function<String, MetaStore> open) {
        List<String> urls =
                replicas == null
                        ? List.of()
                        : Arrays.stream(replicas.split(","))
                                .map(String::strip)
                                .filter(url -> !url.isEmpty())
                                .toList();
        if (acks < 0 || timeout < 1) {
            throw new IllegalArgumentException(
                    "--replica-acks is a number from 0, --replica-timeout from 1");
        }
        Cluster.Writes how =
                switch (writes) {
                    case "forward" -> Cluster.Writes.FORWARD;
                    case "redirect" -> Cluster.Writes.REDIRECT;
                    case "refuse" -> Cluster.Writes.REFUSE;
                    default ->
                            throw new IllegalArgumentException(
                                    "--replica-writes is '"
                                            + writes.toLowerCase(Locale.ROOT)
                                            + "'; it is forward, redirect or refuse");
                };
        return new Cluster.Plan(
                urls,
                acks,
                Duration.ofSeconds(timeout),
                replicaOf,
                how,
                token,
                advertise,
                elections(urls, open));
    }

    private Cluster.@Nullable Elections elections(
            List<String> others, Function<String, MetaStore> open) {
        if (coordinator == null) {
            return null;
        }
        if (others.isEmpty() || replicaOf != null || term < 2) {
            throw new IllegalArgumentException(
                    "--coordinator needs --replicas with the URLs of all other servers, no"
                            + " --replica-of, and a --coordinator-term from 2");
        }
        return new Cluster.Elections(open.apply(coordinator), Duration.ofSeconds(term));
    }
}
