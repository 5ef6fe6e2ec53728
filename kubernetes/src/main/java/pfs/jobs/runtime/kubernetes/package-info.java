@org.jspecify.annotations.NullMarked
package pfs.jobs.runtime.kubernetes;
