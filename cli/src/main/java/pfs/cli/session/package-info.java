/** What all commands share: the options before them, the server, the two streams, the bar. */
@org.jspecify.annotations.NullMarked
package pfs.cli.session;
