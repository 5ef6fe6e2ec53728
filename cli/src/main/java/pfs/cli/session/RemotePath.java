package pfs.cli.session;

/**
 * A path in the repo as a person types it: a slash before it is fine, one behind it says that it is
 * a directory.
 *
 * @param path without a slash at either end; "" is the root
 */
public record RemotePath(String path, boolean directory) {
    public static RemotePath parse(String typed) {
        String path = typed;
        while (path.startsWith("/")) {
            path = path.substring(1);
        }
        boolean directory = path.isEmpty() || path.endsWith("/");
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return new RemotePath(path, directory);
    }

    /** The last segment; "" for the root. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The path of a name in this directory. */
    public String child(String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }

    /** True if the server may take it for a pattern. */
    public boolean mayBeGlob() {
        return path.indexOf('*') >= 0 || path.indexOf('?') >= 0 || path.indexOf('[') >= 0;
    }
}
