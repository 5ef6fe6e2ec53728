package pfs.cli.mount.fuse;

import java.io.IOException;

/** A call fails with this {@code errno}; the caller in the kernel is told nothing else. */
public final class FuseException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    public FuseException(Errno errno, String message) {
        super(message);
        this.errno = errno;
    }

    public FuseException(Errno errno, Exception cause) {
        super(cause.getMessage(), cause);
        this.errno = errno;
    }

    public Errno errno() {
        return errno;
    }
}
