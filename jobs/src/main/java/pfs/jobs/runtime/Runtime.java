package pfs.jobs.runtime;

import java.util.SortedMap;
import pfs.jobs.spec.JobSpec;

/**
 * Where workers run: a container engine, or programs of this machine. Thread-safe. Each worker is
 * an HTTP server that listens on its {@code PORT}.
 */
public interface Runtime extends AutoCloseable {
    /** The kind, as {@code --runtime} names it. */
    String kind();

    /**
     * Finds the program that a spec names, as it is now.
     *
     * @throws pfs.error.PfsException IMPOSSIBLE when it is not there, or this runtime cannot run
     *     it; STOPPED when the engine does not answer
     */
    Program resolve(JobSpec spec);

    /**
     * Starts a worker; it may not listen yet when this returns.
     *
     * @throws pfs.error.PfsException IMPOSSIBLE when the engine refuses, STOPPED when it is gone
     */
    Worker start(Program program, LogSink log);

    /** Ends what an earlier server of the same data directory left behind. */
    void sweep();

    /** Ends all workers that are still there. */
    @Override
    void close();

    /**
     * What workers are started from.
     *
     * @param id changes with every change of the program: an image digest, or a hash of files
     * @param platform operating system and processor
     */
    record Program(String id, String platform, JobSpec spec) {
        public SortedMap<String, String> env() {
            return spec.env();
        }
    }

    /** Takes what a worker writes to stdout and stderr, a line at a time. Thread-safe. */
    @FunctionalInterface
    interface LogSink {
        void line(String worker, String line);
    }
}
