/** A store in engines that many servers reach: metadata in one, packs in the other. */
@org.jspecify.annotations.NullMarked
package pfs.shared;
