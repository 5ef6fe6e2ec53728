/** The {@link pfs.pack.PackIndex} in the embedded database. */
@org.jspecify.annotations.NullMarked
package pfs.pack.rocksdb;
