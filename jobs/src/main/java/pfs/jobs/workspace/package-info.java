@org.jspecify.annotations.NullMarked
package pfs.jobs.workspace;
