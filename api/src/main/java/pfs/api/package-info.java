/** What travels between client and server: paths in URLs, records and their JSON, problems. */
@org.jspecify.annotations.NullMarked
package pfs.api;
