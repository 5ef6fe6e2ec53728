/** Metadata in PostgreSQL, by plain JDBC. */
@org.jspecify.annotations.NullMarked
package pfs.meta.postgresql;
