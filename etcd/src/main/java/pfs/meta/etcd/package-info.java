/** Metadata in etcd, through its v3 API. */
@org.jspecify.annotations.NullMarked
package pfs.meta.etcd;
