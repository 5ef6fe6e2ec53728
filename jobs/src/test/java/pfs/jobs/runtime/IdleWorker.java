package pfs.jobs.runtime;

import java.util.Optional;
import pfs.jobs.worker.Dialer;

/**
 * A worker that goes on until nobody needs it, and says nothing.
 *
 * @param server where it runs
 * @param dialer reaches whatever a test has there
 */
public record IdleWorker(String name, String server, Dialer dialer) implements Worker {
    @Override
    public Optional<Exit> exit() {
        return Optional.empty();
    }

    @Override
    public String lastWords() {
        return "";
    }

    @Override
    public void close() {}
}
