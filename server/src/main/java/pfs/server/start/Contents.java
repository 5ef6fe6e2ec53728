package pfs.server.start;

import pfs.jobs.runtime.spread.OtherServers;
import pfs.repo.Repos;

/** Opens what is served beside the repos, each time that a server of a cluster leads. */
@FunctionalInterface
public interface Contents {
    /**
     * @param others where workers may run beside this server
     */
    Opened open(Repos repos, OtherServers others);
}
