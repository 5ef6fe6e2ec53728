package pfs.repo;

/** The answer to a commit: the head, and whether it is new (false: nothing had changed). */
public record Committed(Commit commit, boolean created) {}
