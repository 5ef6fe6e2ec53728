package pfs.server.http;

import java.util.Map;

/**
 * A request that HTTP itself answers with an error: a status, why, and headers that go with it.
 * What the store refuses is a {@link pfs.error.PfsException}; {@link Problem} writes both.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String title;
    private final transient Map<String, String> headers;

    public Refusal(int status, String title, String detail) {
        this(status, title, detail, Map.of());
    }

    public Refusal(int status, String title, String detail, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.title = title;
        this.headers = headers;
    }

    /** 400: the request is not understood. */
    public static Refusal invalid(String detail) {
        return new Refusal(400, "Not understood", detail);
    }

    /** 503: the server has enough to do; {@code what} says which limit was met. */
    public static Refusal busy(String what) {
        return new Refusal(503, "Busy", what, Map.of("Retry-After", "1"));
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    public Map<String, String> headers() {
        return headers;
    }
}
