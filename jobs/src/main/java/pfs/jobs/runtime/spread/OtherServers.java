package pfs.jobs.runtime.spread;

import java.util.List;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;

/** The servers that start workers for this one. Thread-safe. */
public interface OtherServers {
    /** This one's name, as the others know it. */
    String here();

    /** Their names now, without this one's. */
    List<String> names();

    /**
     * Starts a worker there, which ends with the line to it.
     *
     * @throws pfs.error.PfsException if that server does not answer, or has another program
     */
    Worker start(String name, Runtime.Program program, Runtime.LogSink log);
}
