package pfs.repo;

import java.util.regex.Pattern;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** The rules for the names of repos, branches and tags. */
public final class RefName {
    private static final Pattern REPO = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final Pattern REF = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,254}");
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{64}");

    /** Branches below this are written by runs only. */
    public static final String JOBS = "jobs/";

    private RefName() {}

    public static String verifyRepo(String name) {
        if (!REPO.matcher(name).matches()) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME,
                    "'" + name + "' is no name for a repo: [a-z0-9][a-z0-9._-]{0,62}",
                    name);
        }
        return name;
    }

    /** Checks the name of a branch or tag. */
    public static String verifyRef(String name) {
        String reason =
                !REF.matcher(name).matches()
                        ? "[A-Za-z0-9][A-Za-z0-9._/-]{0,254}"
                        : name.contains("..")
                                ? "it may not contain '..'"
                                : name.contains("//")
                                        ? "it may not contain '//'"
                                        : name.endsWith("/")
                                                ? "it may not end in '/'"
                                                : ID.matcher(name).matches()
                                                        ? "64 hex digits are a commit's id"
                                                        : "";
        if (!reason.isEmpty()) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME,
                    "'" + name + "' is no name for a branch or tag: " + reason,
                    name);
        }
        return name;
    }
}
