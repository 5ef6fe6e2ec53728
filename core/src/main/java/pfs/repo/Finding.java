package pfs.repo;

/**
 * One thing that a check found wrong.
 *
 * @param what is damaged: a stretch of a pack, an object, a ref
 * @param where in words: the pack and offset; or the file's path, with the repo and commit that has
 *     it
 * @param mended whether it is whole again
 */
public record Finding(String what, String where, boolean mended) {
    @Override
    public String toString() {
        return (mended ? "mended  " : "damaged  ") + what + "  " + where;
    }
}
