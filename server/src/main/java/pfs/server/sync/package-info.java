/** Push, pull and what answers them: the store's peers by HTTP. */
@org.jspecify.annotations.NullMarked
package pfs.server.sync;
