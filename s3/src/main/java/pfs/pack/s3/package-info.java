/** Packs in an object store that speaks S3. */
@org.jspecify.annotations.NullMarked
package pfs.pack.s3;
