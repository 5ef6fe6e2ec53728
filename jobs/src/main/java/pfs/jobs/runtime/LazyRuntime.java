package pfs.jobs.runtime;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pfs.jobs.spec.JobSpec;

/**
 * A runtime that is connected to when it is first wanted, so that a server starts without it, and
 * finds an engine that was started later. What an earlier server left is swept then. Thread-safe.
 */
public final class LazyRuntime implements Runtime {
    private final String kind;
    private final Supplier<Runtime> connect;
    private @Nullable Runtime connected;

    /**
     * @param connect throws the PfsException that the caller of a run is to see
     */
    public LazyRuntime(String kind, Supplier<Runtime> connect) {
        this.kind = kind;
        this.connect = connect;
    }

    private synchronized Runtime connected() {
        Runtime known = connected;
        if (known == null) {
            known = connect.get();
            // The engine may not have been there when the server started.
            known.sweep();
            connected = known;
        }
        return known;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public Program resolve(JobSpec spec) {
        return connected().resolve(spec);
    }

    @Override
    public Worker start(Program program, LogSink log) {
        return connected().start(program, log);
    }

    @Override
    public void sweep() {
        connected();
    }

    @Override
    public synchronized void close() {
        if (connected != null) {
            connected.close();
        }
    }
}
