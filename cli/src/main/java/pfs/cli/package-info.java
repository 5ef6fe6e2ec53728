/** The command line: git's words for the routes of a running server. */
@org.jspecify.annotations.NullMarked
package pfs.cli;
