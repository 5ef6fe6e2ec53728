package pfs.server.start;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
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

    /**
     * What the flags ask for.
     *
     * @param token for the other servers; null for none
     * @throws IllegalArgumentException with a line that says what is wrong
     */
    Cluster.Plan plan(@Nullable String token) {
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
                urls, acks, Duration.ofSeconds(timeout), replicaOf, how, token, advertise);
    }
}
