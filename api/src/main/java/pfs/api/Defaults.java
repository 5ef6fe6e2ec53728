package pfs.api;

/** What holds where nothing was said, and the limits that both sides know. */
public final class Defaults {
    public static final int PORT = 7370;
    public static final String SERVER = "http://localhost:" + PORT;
    public static final String REPO = "default";
    public static final String BRANCH = "master";

    /** Records of one answer, at most. */
    public static final int MAX_LIMIT = 100_000;

    /** Bytes of one segment of a path. */
    public static final int MAX_NAME = 255;

    /** Bytes of a path. */
    public static final int MAX_PATH = 4096;

    /**
     * Files of at most so many bytes are one chunk, whose id, the SHA-256 of the bytes, is the
     * file's content id; a client can tell without asking whether the server has them.
     */
    public static final int SINGLE_CHUNK = 64 * 1024;

    private Defaults() {}
}
