package pfs.cli.mount.fuse;

/** Why a call of the file system fails; the numbers are Linux's. */
public enum Errno {
    ENOENT(2),
    EINTR(4),
    EIO(5),
    EBADF(9),
    EACCES(13),
    EISDIR(21),
    ENAMETOOLONG(36),
    ECONNABORTED(103),
    ESTALE(116);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    /** As {@code errno} has it: positive. */
    int number() {
        return number;
    }
}
