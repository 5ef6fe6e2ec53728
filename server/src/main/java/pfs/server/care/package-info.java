/** Care for the store: collecting garbage, checking and mending. */
@org.jspecify.annotations.NullMarked
package pfs.server.care;
