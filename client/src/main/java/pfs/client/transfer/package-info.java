/** Whole trees of files, up and down: many files in a request, a few requests in flight. */
@org.jspecify.annotations.NullMarked
package pfs.client.transfer;
