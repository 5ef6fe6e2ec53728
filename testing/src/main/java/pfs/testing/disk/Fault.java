package pfs.testing.disk;

/** What goes wrong at a chosen call of a {@link LyingDisk}. */
public enum Fault {
    /** The power is lost before the call, and all later calls fail. */
    CRASH,
    /** The call fails with EIO and does nothing; a sync that fails drops what it was to sync. */
    EIO,
    /** The call fails with ENOSPC and does nothing. */
    ENOSPC,
    /** A write does a part of its work and fails with EIO; other calls fail at once. */
    SHORT_WRITE,
    /** A write does a part of its work and fails with ENOSPC; other calls fail at once. */
    SHORT_ENOSPC
}
