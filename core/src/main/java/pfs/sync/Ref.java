package pfs.sync;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;

/**
 * A branch or tag of one side, as it is told to the other.
 *
 * @param commit null for a branch without a commit, and, where refs are set, for one that goes
 */
public record Ref(Kind kind, String name, @Nullable ObjectId commit) {
    /** What the name stands for. */
    public enum Kind {
        BRANCH,
        TAG
    }

    /** As a line: {@code branch} or {@code tag}, the id or a dash, the name, by tabs. */
    public String line() {
        String noun = kind == Kind.BRANCH ? "branch" : "tag";
        return noun + "\t" + (commit == null ? "-" : commit) + "\t" + name + "\n";
    }

    /**
     * Reads lines.
     *
     * @throws PfsException INVALID_REQUEST for anything else
     */
    public static List<Ref> parse(String lines) {
        List<Ref> refs = new ArrayList<>();
        lines.lines().forEach(line -> refs.add(parseLine(line)));
        return refs;
    }

    /**
     * All refs, or the branch of a name only.
     *
     * @param branch null for all
     * @param missing what is said if there is no such branch
     * @throws PfsException NO_SUCH_REF
     */
    static List<Ref> chosen(List<Ref> refs, @Nullable String branch, String missing) {
        if (branch == null) {
            return refs;
        }
        List<Ref> one =
                refs.stream()
                        .filter(ref -> ref.kind() == Kind.BRANCH && ref.name().equals(branch))
                        .toList();
        if (one.isEmpty()) {
            throw new PfsException(ErrorCode.NO_SUCH_REF, missing + " '" + branch + "'", branch);
        }
        return one;
    }

    private static Ref parseLine(String line) {
        String[] parts = line.split("\t", -1);
        try {
            if (parts.length == 3 && (parts[0].equals("branch") || parts[0].equals("tag"))) {
                Kind kind = parts[0].equals("tag") ? Kind.TAG : Kind.BRANCH;
                return new Ref(
                        kind, parts[2], parts[1].equals("-") ? null : ObjectId.parse(parts[1]));
            }
        } catch (IllegalArgumentException e) {
            throw refused(line, e);
        }
        throw refused(line, null);
    }

    private static PfsException refused(String line, @Nullable Throwable cause) {
        return new PfsException(
                ErrorCode.INVALID_REQUEST,
                "'" + line + "' is no ref: branch or tag, an id or a dash, a name, by tabs",
                null,
                cause);
    }

    /** The branch or tag in words. */
    @Override
    public String toString() {
        return (kind == Kind.BRANCH ? "branch '" : "tag '") + name + "'";
    }
}
