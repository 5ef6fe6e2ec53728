/** The embedded database (RocksDB) and the {@link pfs.meta.MetaStore} in it. */
@org.jspecify.annotations.NullMarked
package pfs.meta.rocksdb;
