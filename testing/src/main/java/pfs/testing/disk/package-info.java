/** A disk that lies, for tests of everything that pfs itself writes. */
@org.jspecify.annotations.NullMarked
package pfs.testing.disk;
