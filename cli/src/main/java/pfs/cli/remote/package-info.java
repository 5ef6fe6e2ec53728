/** Commands about other servers. */
@org.jspecify.annotations.NullMarked
package pfs.cli.remote;
