package pfs.api;

/** The media types that pfs speaks. */
public final class MediaTypes {
    public static final String JSON = "application/json";
    public static final String PROBLEM = "application/problem+json";
    public static final String TAR = "application/x-tar";
    public static final String TEXT = "text/plain; charset=utf-8";
    public static final String HTML = "text/html; charset=utf-8";
    public static final String BYTES = "application/octet-stream";

    private MediaTypes() {}
}
