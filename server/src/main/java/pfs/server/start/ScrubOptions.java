package pfs.server.start;

import java.time.Duration;
import pfs.repo.Scrub;
import picocli.CommandLine.Option;

/** The flags about the check in the background. */
final class ScrubOptions {
    @Option(
            names = "--scrub-rate",
            paramLabel = "BYTES",
            description = "a second, to check all packs in the background; 0: not (8388608)")
    private long rate = Scrub.Settings.USUAL.rate();

    @Option(
            names = "--scrub-days",
            paramLabel = "DAYS",
            description = "from one such check to the next; 0: without a pause (7)")
    private long days = Scrub.Settings.USUAL.every().toDays();

    /**
     * What the flags ask for.
     *
     * @throws IllegalArgumentException with a line that says what is wrong
     */
    Scrub.Settings settings() {
        if (rate < 0 || days < 0 || days > 3650) {
            throw new IllegalArgumentException(
                    "--scrub-rate is a number from 0, --scrub-days from 0 to 3650");
        }
        return new Scrub.Settings(rate, Duration.ofDays(days));
    }
}
