/** Workers on several servers, as if they were on one. */
@org.jspecify.annotations.NullMarked
package pfs.jobs.runtime.spread;
