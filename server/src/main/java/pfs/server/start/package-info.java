@org.jspecify.annotations.NullMarked
package pfs.server.start;
