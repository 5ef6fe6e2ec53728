package pfs.repo;

/**
 * A branch of a repo, as the journal and the metadata name it.
 *
 * @param repo the repo's number, which is never given to another repo
 */
record BranchId(long repo, String branch) {}
