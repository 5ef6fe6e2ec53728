package pfs.repo;

/**
 * How to check.
 *
 * @param mend what can be
 * @param most findings to keep
 */
public record FsckSettings(boolean mend, int most) {}
