package pfs.repo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaStore;

/** The other stores that a repo knows by name. Thread-safe. */
public final class Remotes {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** Remotes of one repo. */
    private static final int MOST = 1_000;

    private static final int MAX_TEXT = 4_096;

    private final long repo;
    private final MetaStore meta;

    /**
     * One of them.
     *
     * @param token what is sent to it; null for none. Kept as it is, since it must be shown there
     */
    public record Remote(String name, String url, @Nullable String token) {}

    Remotes(long repo, MetaStore meta) {
        this.repo = repo;
        this.meta = meta;
    }

    /** By name, in byte order. */
    public List<Remote> list() {
        List<Remote> remotes = new ArrayList<>();
        String prefix = RefKeys.remotes(repo).text();
        for (MetaStore.Pair pair : meta.scan(RefKeys.remotes(repo), RefKeys.remotes(repo), MOST)) {
            String name = pair.key().text().substring(prefix.length());
            remotes.add(decode(name, pair.value().value().array()));
        }
        return remotes;
    }

    public Optional<Remote> find(String name) {
        return meta.get(RefKeys.remote(repo, name)).map(v -> decode(name, v.value().array()));
    }

    /**
     * Keeps a remote, in place of one of that name.
     *
     * @return true if there was none
     * @throws PfsException INVALID_NAME, OVER_LIMIT
     */
    public boolean put(Remote remote) {
        if (!NAME.matcher(remote.name()).matches()) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME,
                    "'" + remote.name() + "' is no name for a remote: " + NAME.pattern(),
                    remote.name());
        }
        String text = remote.url() + "\n" + (remote.token() == null ? "" : remote.token());
        if (text.length() > MAX_TEXT) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the remote's URL and token are "
                            + text.length()
                            + " characters, limit "
                            + MAX_TEXT);
        }
        boolean made = find(remote.name()).isEmpty();
        Bytes value = Bytes.of(text.getBytes(StandardCharsets.UTF_8));
        meta.commit(new Batch().put(RefKeys.remote(repo, remote.name()), value));
        return made;
    }

    /** Forgets a remote; NO_SUCH_REF if there is none. */
    public void delete(String name) {
        if (find(name).isEmpty()) {
            throw new PfsException(
                    ErrorCode.NO_SUCH_REF, "there is no remote '" + name + "'", name);
        }
        meta.commit(new Batch().delete(RefKeys.remote(repo, name)));
    }

    private static Remote decode(String name, byte[] value) {
        String text = new String(value, StandardCharsets.UTF_8);
        int split = text.indexOf('\n');
        String token = text.substring(split + 1);
        return new Remote(name, text.substring(0, split), token.isEmpty() ? null : token);
    }
}
