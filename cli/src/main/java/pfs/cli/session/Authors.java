package pfs.cli.session;

import org.jspecify.annotations.Nullable;

/** Who commits. */
public final class Authors {
    private Authors() {}

    /** The one that was given, or PFS_AUTHOR, or the user of this machine. */
    public static String name(@Nullable String given) {
        String user = System.getenv().getOrDefault("PFS_AUTHOR", System.getProperty("user.name"));
        return given == null ? user : given;
    }
}
