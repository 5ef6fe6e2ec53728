/** Jobs and runs by HTTP. */
@org.jspecify.annotations.NullMarked
package pfs.server.jobs;
