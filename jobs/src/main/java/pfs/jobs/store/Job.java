package pfs.jobs.store;

import pfs.jobs.spec.JobSpec;

/**
 * A named spec. Immutable.
 *
 * @param version the first spec of a name is 1; a changed spec is the next one
 * @param modified milliseconds since 1970 of this version
 */
public record Job(String repo, String name, int version, JobSpec spec, long modified) {}
