/** A client of a running server: its routes as methods. Runs on Java 17. */
@org.jspecify.annotations.NullMarked
package pfs.client;
