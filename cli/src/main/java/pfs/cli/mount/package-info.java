/** The command that shows what a server has as a directory. */
@org.jspecify.annotations.NullMarked
package pfs.cli.mount;
