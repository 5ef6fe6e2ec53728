package pfs.jobs.spec;

import java.time.Duration;

/**
 * What one container and one task may use.
 *
 * @param cpu cores of a container
 * @param memory bytes of a container
 * @param idle the longest silence of a container during a request
 * @param total the longest time of one request
 * @param output the greatest answer in bytes
 */
public record Limits(double cpu, long memory, Duration idle, Duration total, long output) {
    public static final Limits DEFAULT =
            new Limits(1, 512L << 20, Duration.ofSeconds(60), Duration.ofHours(1), 4L << 30);
}
