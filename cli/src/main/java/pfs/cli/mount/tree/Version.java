package pfs.cli.mount.tree;

import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.RefusedException;
import pfs.client.http.Response;

/** Which version of the files is mounted. */
public sealed interface Version {
    /** What {@code ?commit=} is; null for a branch with its uncommitted changes. */
    @Nullable String ref();

    /** What a person calls it. */
    String name();

    /**
     * A branch as it stands at each moment.
     *
     * @param ref null with its uncommitted changes; or a branch, whose last commit is meant
     */
    record Following(String name, @Nullable String ref) implements Version {}

    /**
     * One commit, which never changes.
     *
     * @param ref its whole id
     */
    record Fixed(String name, String ref, Instant time) implements Version {}

    /**
     * What a ref expression means: a branch is followed, anything else is the commit that it names
     * now.
     *
     * @param typed null for the client's branch as it stands
     */
    static Version resolve(PfsClient client, @Nullable String typed) throws IOException {
        if (typed == null) {
            return new Following(client.branch(), null);
        }
        if (typed.equals("HEAD") || isBranch(client, typed)) {
            commit(client, typed).close();
            return new Following("the last commit of " + branch(client, typed), typed);
        }
        try (Response response = commit(client, typed)) {
            String[] line = response.text().split(" {2}", 3);
            if (line.length < 2 || !line[0].matches("[0-9a-f]{64}")) {
                throw new IOException(
                        "the server's answer for commit '" + typed + "' is no commit");
            }
            return new Fixed("commit " + line[0].substring(0, 12), line[0], Instant.parse(line[1]));
        }
    }

    private static String branch(PfsClient client, String typed) {
        return typed.equals("HEAD") ? client.branch() : typed;
    }

    private static Response commit(PfsClient client, String ref) throws IOException {
        String route = "/commits/" + PathEncoding.encode(ref);
        return client.send(
                client.request("GET", route, client.onBranch()).with("Accept", "text/plain"));
    }

    private static boolean isBranch(PfsClient client, String name) throws IOException {
        if (name.toLowerCase(Locale.ROOT).matches("[0-9a-f]{64}")) {
            return false;
        }
        String route = "/branches/" + PathEncoding.encode(name);
        try {
            client.send(client.request("GET", route, Query.NONE)).close();
            return true;
        } catch (RefusedException e) {
            if (e.status() == 404 || e.status() == 400) {
                return false; // such as v1~2, which no branch can be called
            }
            throw e;
        }
    }
}
