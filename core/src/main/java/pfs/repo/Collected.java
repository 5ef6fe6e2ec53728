package pfs.repo;

/**
 * What a collection of garbage came to.
 *
 * @param liveObjects that are needed
 * @param deadObjects that were not, and are gone or in the trash
 * @param packs that went
 * @param packBytes of those packs
 * @param copiedBytes of them that were needed and were stored again
 * @param deletedBytes of packs that were deleted now, of this and of earlier collections
 * @param trashBytes of packs that will be deleted later
 * @param damagedPacks that were left alone because they cannot be read
 */
public record Collected(
        long liveObjects,
        long deadObjects,
        int packs,
        long packBytes,
        long copiedBytes,
        long deletedBytes,
        long trashBytes,
        int damagedPacks) {}
