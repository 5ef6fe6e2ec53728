package pfs.client.transfer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pfs.api.Defaults;
import pfs.api.ListedEntry;
import pfs.api.Listing;
import pfs.api.MediaTypes;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.RefusedException;
import pfs.client.http.Response;
import tools.jackson.core.JacksonException;

/**
 * The files below a directory of the branch, and its empty directories, in the order of listings, a
 * page at a time. A directory that is not there is empty. Not thread-safe.
 */
final class RemoteTree implements AutoCloseable {
    private final PfsClient client;
    private final String directory;
    private @Nullable Listing page;
    private @Nullable String after = "";

    RemoteTree(PfsClient client, String directory) {
        this.client = client;
        this.directory = directory;
    }

    /** The next one; null at the end. */
    @Nullable ListedEntry next() throws IOException {
        try {
            while (true) {
                if (page == null && (after == null || !open(after))) {
                    return null;
                }
                ListedEntry entry = page == null ? null : page.read();
                if (entry != null) {
                    return entry;
                }
                after = page == null ? null : page.next();
                close();
            }
        } catch (JacksonException e) {
            throw new IOException("the server's listing cannot be read: " + e.getMessage(), e);
        }
    }

    private boolean open(String from) throws IOException {
        Query query =
                client.onBranch()
                        .flag("recursive", true)
                        .and("limit", Integer.toString(Defaults.MAX_LIMIT))
                        .and("after", from.isEmpty() ? null : from);
        String path = directory.isEmpty() ? "" : directory + "/";
        try {
            Response response =
                    client.send(client.file("GET", path, query).with("Accept", MediaTypes.JSON));
            page = new Listing(response.body());
            return true;
        } catch (RefusedException e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        if (page != null) {
            page.close();
            page = null;
        }
    }
}
