package pfs.server.http;

/** What a route asks of its caller; each right has those before it. */
public enum Right {
    /** Nothing: the route is for everybody, as health checks are. */
    NONE,
    READ,
    WRITE,
    ADMIN;

    public boolean covers(Right wanted) {
        return compareTo(wanted) >= 0;
    }
}
