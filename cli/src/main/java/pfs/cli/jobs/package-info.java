/** Commands on jobs and runs. */
@org.jspecify.annotations.NullMarked
package pfs.cli.jobs;
