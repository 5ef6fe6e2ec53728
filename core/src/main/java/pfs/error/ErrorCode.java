package pfs.error;

/** What went wrong, as a name that a program can test; each has one {@link Kind}. */
public enum ErrorCode {
    INVALID_NAME(Kind.INVALID),
    INVALID_REQUEST(Kind.INVALID),
    NO_SUCH_PATH(Kind.MISSING),
    NO_SUCH_REF(Kind.MISSING),
    NO_SUCH_REPO(Kind.MISSING),
    NO_SUCH_JOB(Kind.MISSING),
    NO_SUCH_RUN(Kind.MISSING),
    AMBIGUOUS_REF(Kind.INVALID),
    EXISTS(Kind.CONFLICT),
    NOT_A_DIRECTORY(Kind.CONFLICT),
    IS_A_DIRECTORY(Kind.CONFLICT),
    NOT_EMPTY(Kind.CONFLICT),
    MERGE_CONFLICT(Kind.CONFLICT),
    NOT_FAST_FORWARD(Kind.CONFLICT),
    PRECONDITION_FAILED(Kind.PRECONDITION),
    OVER_LIMIT(Kind.LIMIT),
    NOTHING_TO_COMMIT(Kind.IMPOSSIBLE),
    IMPOSSIBLE(Kind.IMPOSSIBLE),
    KEY_REUSED(Kind.IMPOSSIBLE),
    DISK_FULL(Kind.NO_SPACE),
    STOPPED(Kind.UNAVAILABLE),
    BUSY(Kind.UNAVAILABLE),
    /** etcd, PostgreSQL or the object store did not answer in time; a change's fate is open. */
    ENGINE_UNAVAILABLE(Kind.UNAVAILABLE),
    NOT_REPLICATED(Kind.UNAVAILABLE),
    NOT_MASTER(Kind.CONFLICT),
    PEER_FAILED(Kind.PEER),
    CORRUPT(Kind.DAMAGED);

    /** Whose fault it is, and so which HTTP status it becomes (in one place of the server). */
    public enum Kind {
        INVALID,
        MISSING,
        CONFLICT,
        PRECONDITION,
        LIMIT,
        IMPOSSIBLE,
        NO_SPACE,
        UNAVAILABLE,
        PEER,
        DAMAGED
    }

    private final Kind kind;

    ErrorCode(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
