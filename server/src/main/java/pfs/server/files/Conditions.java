package pfs.server.files;

import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.repo.Precondition;
import pfs.server.http.HttpDates;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;

/** Conditional requests (RFC 9110, 13) on files, whose entity tag is their content's id. */
final class Conditions {
    private Conditions() {}

    /**
     * Whether a read's client has the file already.
     *
     * @return true for a 304
     * @throws PfsException PRECONDITION_FAILED
     */
    static boolean notModified(HttpFields headers, String tag, long modified) {
        long seconds = Math.floorDiv(modified, 1_000_000_000L);
        String match = joined(headers, HttpHeader.IF_MATCH);
        if (match != null) {
            if (!lists(match, tag, false)) {
                throw failed("If-Match", match, tag);
            }
        } else if (changedSince(headers, HttpHeader.IF_UNMODIFIED_SINCE, seconds)
                == Since.CHANGED) {
            throw failed("If-Unmodified-Since", "the date", HttpDates.format(modified));
        }
        String noneMatch = joined(headers, HttpHeader.IF_NONE_MATCH);
        if (noneMatch != null) {
            return lists(noneMatch, tag, true);
        }
        return changedSince(headers, HttpHeader.IF_MODIFIED_SINCE, seconds) == Since.SAME;
    }

    /** Whether a Range is still meant (If-Range): the file is what the client has a part of. */
    static boolean rangeHolds(HttpFields headers, String tag, long modified) {
        String condition = headers.get(HttpHeader.IF_RANGE);
        if (condition == null) {
            return true;
        }
        if (condition.startsWith("\"") || condition.startsWith("W/")) {
            return condition.equals(tag);
        }
        OptionalLong date = HttpDates.parse(condition);
        return date.isPresent() && date.getAsLong() == Math.floorDiv(modified, 1_000_000_000L);
    }

    /** True if there is a condition that a write may have. */
    static boolean areIn(HttpFields headers) {
        return headers.contains(HttpHeader.IF_MATCH)
                || headers.contains(HttpHeader.IF_NONE_MATCH)
                || headers.contains(HttpHeader.IF_UNMODIFIED_SINCE);
    }

    /** What a write's headers ask; of several, If-Match counts first. */
    static Precondition ofWrite(HttpFields headers, boolean create, @Nullable Entry present) {
        String match = joined(headers, HttpHeader.IF_MATCH);
        if (match != null) {
            return match.strip().equals("*")
                    ? new Precondition.Present()
                    : new Precondition.Matches(ids(match, false));
        }
        String noneMatch = joined(headers, HttpHeader.IF_NONE_MATCH);
        if (noneMatch != null) {
            return noneMatch.strip().equals("*")
                    ? new Precondition.Absent()
                    : new Precondition.Differs(ids(noneMatch, true));
        }
        if (create) {
            return new Precondition.Create();
        }
        if (present instanceof FileEntry file && headers.contains(HttpHeader.IF_UNMODIFIED_SINCE)) {
            return unmodified(headers, file);
        }
        return Precondition.NONE;
    }

    private static Precondition unmodified(HttpFields headers, FileEntry file) {
        long seconds = Math.floorDiv(file.modified(), 1_000_000_000L);
        return switch (changedSince(headers, HttpHeader.IF_UNMODIFIED_SINCE, seconds)) {
            case CHANGED ->
                    throw failed(
                            "If-Unmodified-Since", "the date", HttpDates.format(file.modified()));
            // Nobody may change it between this look and the write.
            case SAME -> new Precondition.Matches(Set.of(file.content().id()));
            case UNKNOWN -> Precondition.NONE;
        };
    }

    /** Refuses a write by what is there now, before its body is sent; the write checks again. */
    static void checkEarly(Precondition condition, String path, @Nullable Entry present) {
        if (present instanceof DirectoryEntry && !(condition instanceof Precondition.Create)) {
            throw new PfsException(ErrorCode.IS_A_DIRECTORY, "'" + path + "' is a directory", path);
        }
        @Nullable ObjectId id = present instanceof FileEntry file ? file.content().id() : null;
        boolean holds =
                switch (condition) {
                    case Precondition.None _ -> true;
                    case Precondition.Create _ -> {
                        if (present != null) {
                            throw new PfsException(
                                    ErrorCode.EXISTS,
                                    "'" + path + "' is there already; PUT replaces it",
                                    path);
                        }
                        yield true;
                    }
                    case Precondition.Absent _ -> present == null;
                    case Precondition.Present _ -> present != null;
                    case Precondition.Matches m -> id != null && m.ids().contains(id);
                    case Precondition.Differs d -> id == null || !d.ids().contains(id);
                };
        if (!holds) {
            throw new PfsException(
                    ErrorCode.PRECONDITION_FAILED,
                    id == null
                            ? "'" + path + "' is not there"
                            : "'" + path + "' has the entity tag \"" + id + "\" now",
                    path);
        }
    }

    private enum Since {
        UNKNOWN,
        SAME,
        CHANGED
    }

    private static Since changedSince(HttpFields headers, HttpHeader name, long seconds) {
        String value = headers.get(name);
        if (value == null) {
            return Since.UNKNOWN;
        }
        OptionalLong date = HttpDates.parse(value);
        if (date.isEmpty()) {
            return Since.UNKNOWN;
        }
        return seconds > date.getAsLong() ? Since.CHANGED : Since.SAME;
    }

    private static PfsException failed(String header, String asked, String is) {
        return new PfsException(
                ErrorCode.PRECONDITION_FAILED, header + " asks for " + asked + "; it is " + is);
    }

    private static @Nullable String joined(HttpFields headers, HttpHeader name) {
        if (!headers.contains(name)) {
            return null;
        }
        return String.join(",", headers.getValuesList(name));
    }

    private static boolean lists(String header, String tag, boolean weakly) {
        if (header.strip().equals("*")) {
            return true;
        }
        for (String item : header.split(",")) {
            String one = item.strip();
            if (one.equals(tag) || weakly && one.startsWith("W/") && one.startsWith(tag, 2)) {
                return true;
            }
        }
        return false;
    }

    /** The ids among the tags; what is no id of ours matches nothing. */
    private static Set<ObjectId> ids(String header, boolean weakly) {
        Set<ObjectId> ids = new HashSet<>();
        for (String item : header.split(",")) {
            String tag = item.strip();
            if (weakly && tag.startsWith("W/")) {
                tag = tag.substring(2);
            }
            if (tag.length() == 66 && tag.startsWith("\"") && tag.endsWith("\"")) {
                try {
                    ids.add(ObjectId.parse(tag.substring(1, 65)));
                } catch (IllegalArgumentException e) {
                    // No id of ours.
                }
            }
        }
        return ids;
    }
}
