package pfs.cli.mount.fuse;

/**
 * What {@code stat} says of a file or directory.
 *
 * @param permissions the nine bits of rwxrwxrwx
 * @param size bytes of a file; 0 for a directory
 * @param modified seconds since 1970
 */
public record Attributes(
        boolean directory, int permissions, long size, long modified, int user, int group) {}
