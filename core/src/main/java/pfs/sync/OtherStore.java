package pfs.sync;

import java.io.IOException;
import java.util.List;

/** A whole other store, repo by repo. Thread-safe; failures are as a {@link Peer}'s. */
public interface OtherStore extends AutoCloseable {
    /** What it is called in logs and lists: its URL. */
    String name();

    /** Names of its repos. */
    List<String> repos() throws IOException;

    /** Makes a repo, if it is not there. */
    void createRepo(String repo) throws IOException;

    /** Deletes a repo, if it is there. */
    void deleteRepo(String repo) throws IOException;

    /** One repo; stays this store's to close. */
    Peer repo(String name);

    /**
     * Waits until something there has changed, some seconds at most.
     *
     * @param seen what this answered last; "" at first
     * @return what has been seen then
     */
    String awaitChange(String seen) throws IOException;

    /** Its role there. */
    ClusterState.State state() throws IOException;

    /** Tells it that it has all up to a ticket of its master; returns when it has noted that. */
    void settled(long ticket) throws IOException;

    @Override
    void close() throws IOException;
}
