/** Files and directories as pfs writes them: the lowest seam, which knows nothing of packs. */
@org.jspecify.annotations.NullMarked
package pfs.disk;
