/** A server among others over one store: one leads and orders all changes, the others pass on. */
@org.jspecify.annotations.NullMarked
package pfs.server.shared;
