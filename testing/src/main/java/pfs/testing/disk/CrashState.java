package pfs.testing.disk;

/** What a loss of power leaves of the bytes and names that were not synced. */
public enum CrashState {
    /** None of them. */
    NONE,
    /** All of them. */
    ALL,
    /** Any of them, in pieces of 512 bytes; of the names a beginning of what was done. */
    TORN_SECTORS,
    /** Any of them, in pieces of 4 KiB; of the names any. */
    TORN_PAGES,
    /** All names and lengths, and none of the bytes: zeros stand where they were. */
    ZEROS
}
