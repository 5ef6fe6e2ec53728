package pfs.jobs.runtime.spread;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.Dialer;

/**
 * A runtime that starts each worker where fewest of its own are: here, or on another server of the
 * cluster. One that cannot start it there is passed over for a while, so a lost server's workers
 * come up again on those that are left. Thread-safe.
 */
public final class SpreadRuntime implements Runtime {
    private static final Logger LOG = LoggerFactory.getLogger(SpreadRuntime.class);
    private static final long PASSED_OVER_NANOS = 10_000_000_000L;

    private final Runtime local;
    private final OtherServers others;
    private final String here;
    private final Set<Placed> workers = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> failed = new ConcurrentHashMap<>();

    /** Workers of each server, those that are being started among them. Guarded by itself. */
    private final Map<String, Integer> counts = new HashMap<>();

    /**
     * @param local stays the caller's to close; it must have the same programs as the others'
     */
    public SpreadRuntime(Runtime local, OtherServers others) {
        this.local = local;
        this.others = others;
        this.here = others.here();
    }

    @Override
    public String kind() {
        return local.kind();
    }

    @Override
    public Program resolve(pfs.jobs.spec.JobSpec spec) {
        return local.resolve(spec);
    }

    @Override
    public Worker start(Program program, LogSink log) {
        String where = emptiest();
        if (!where.equals(here)) {
            try {
                return started(where, () -> others.start(where, program, log));
            } catch (PfsException e) {
                LOG.info("no worker on {}: {}", where, e.getMessage());
                failed.put(where, System.nanoTime());
            }
            count(here, 1);
        }
        return started(here, () -> local.start(program, log));
    }

    /** Starts a worker that is counted already, and counts it no more if that fails. */
    private Worker started(String where, Supplier<Worker> start) {
        boolean started = false;
        try {
            Placed placed = new Placed(where, start.get());
            workers.add(placed);
            started = true;
            return placed;
        } finally {
            if (!started) {
                count(where, -1);
            }
        }
    }

    private void count(String where, int more) {
        synchronized (counts) {
            counts.merge(where, more, Integer::sum);
        }
    }

    /** The server with the fewest workers, where one more is counted from now on. */
    private String emptiest() {
        List<String> names = others.names();
        synchronized (counts) {
            String best = here;
            for (String name : names) {
                Long since = failed.get(name);
                boolean usable = since == null || System.nanoTime() - since > PASSED_OVER_NANOS;
                if (usable && counts.getOrDefault(name, 0) < counts.getOrDefault(best, 0)) {
                    best = name;
                }
            }
            counts.merge(best, 1, Integer::sum);
            return best;
        }
    }

    /** How many servers there are to start workers on. */
    public int servers() {
        return 1 + others.names().size();
    }

    /** What an earlier start of this server left is ended when the local runtime is opened. */
    @Override
    public void sweep() {}

    /** Ends the workers that were started by this, wherever they are. */
    @Override
    public void close() {
        List.copyOf(workers).forEach(Placed::close);
    }

    /** A worker, and where it is. */
    private final class Placed implements Worker {
        private final String where;
        private final Worker worker;

        Placed(String where, Worker worker) {
            this.where = where;
            this.worker = worker;
        }

        @Override
        public String name() {
            return worker.name();
        }

        @Override
        public Duration exitDelay() {
            return worker.exitDelay();
        }

        @Override
        public String server() {
            return where;
        }

        @Override
        public Dialer dialer() {
            return worker.dialer();
        }

        @Override
        public Optional<Exit> exit() {
            return worker.exit();
        }

        @Override
        public boolean lostProcessForMemory() {
            return worker.lostProcessForMemory();
        }

        @Override
        public String lastWords() {
            return worker.lastWords();
        }

        @Override
        public void close() {
            if (workers.remove(this)) {
                count(where, -1);
            }
            worker.close();
        }
    }
}
