package pfs.cli.mount.fuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * The C structures of 64-bit Linux that go to and from libfuse3; offsets in bytes.
 *
 * <pre>
 * struct stat        x86-64  aarch64       struct fuse_file_info
 *   st_nlink          16 (8)  20 (4)         flags                 0 (4)
 *   st_mode           24 (4)  16 (4)         bits                  4 (4): direct_io is bit 1,
 *   st_uid            28 (4)  24 (4)                               keep_cache 2, cache_readdir 6
 *   st_gid            32 (4)  28 (4)         fh                   16 (8)
 *   st_size           48 (8)  48 (8)
 *   st_blksize        56 (8)  56 (4)       struct statvfs (8 each)
 *   st_blocks         64 (8)  64 (8)         f_bsize 0, f_frsize 8, f_blocks 16, f_bfree 24,
 *   st_atim           72      72             f_bavail 32, f_files 40, f_ffree 48, f_favail 56,
 *   st_mtim           88      88             f_namemax 80
 *   st_ctim          104     104
 *   in all           144     128
 * </pre>
 */
final class Structs {
    /** The size of the larger {@code struct stat}. */
    static final long STAT_BYTES = 144;

    /** A {@code struct fuse_buf}: 40 bytes, 48 in newer versions. */
    static final long BUFFER_BYTES = 64;

    /** Where a {@code struct fuse_buf} has the address of its memory. */
    static final long BUFFER_MEMORY = 16;

    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int DIRECT_IO = 1 << 1;
    private static final int KEEP_CACHE = 1 << 2;
    private static final int CACHE_READDIR = 1 << 6;
    private static final int STATVFS_BYTES = 88;
    private static final int FILE_INFO_BYTES = 32;

    /** What a reader gets at once, and what space is counted in. */
    private static final int BLOCK = 128 * 1024;

    private static final int UNIT = 512;
    private static final int LONGEST_NAME = 255;

    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

    private Structs() {}

    /** Fills a {@code struct stat}, all of it. */
    static void stat(MemorySegment at, Attributes of) {
        MemorySegment stat = at.reinterpret(ARM ? 128 : STAT_BYTES).fill((byte) 0);
        int mode = (of.directory() ? DIRECTORY : REGULAR) | of.permissions();
        if (ARM) {
            stat.set(JAVA_INT, 16, mode);
            stat.set(JAVA_INT, 20, 1);
            stat.set(JAVA_INT, 24, of.user());
            stat.set(JAVA_INT, 28, of.group());
        } else {
            stat.set(JAVA_LONG, 16, 1);
            stat.set(JAVA_INT, 24, mode);
            stat.set(JAVA_INT, 28, of.user());
            stat.set(JAVA_INT, 32, of.group());
        }
        stat.set(JAVA_LONG, 48, of.size());
        stat.set(JAVA_INT, 56, BLOCK);
        // With 0 blocks GNU tar -S would take a file for one hole.
        stat.set(JAVA_LONG, 64, Math.ceilDiv(of.size(), UNIT));
        stat.set(JAVA_LONG, 72, of.modified());
        stat.set(JAVA_LONG, 88, of.modified());
        stat.set(JAVA_LONG, 104, of.modified());
    }

    /** Fills a {@code struct statvfs}: nothing is free. */
    static void statvfs(MemorySegment at, FileSystem.Space space) {
        MemorySegment vfs = at.reinterpret(STATVFS_BYTES).fill((byte) 0);
        vfs.set(JAVA_LONG, 0, BLOCK);
        vfs.set(JAVA_LONG, 8, UNIT);
        vfs.set(JAVA_LONG, 16, Math.ceilDiv(space.bytes(), UNIT));
        vfs.set(JAVA_LONG, 80, LONGEST_NAME);
    }

    static long handle(MemorySegment info) {
        return info.reinterpret(FILE_INFO_BYTES).get(JAVA_LONG, 16);
    }

    static void opened(MemorySegment at, FileSystem.Opened opened, boolean directory) {
        MemorySegment info = at.reinterpret(FILE_INFO_BYTES);
        int lasting = directory ? KEEP_CACHE | CACHE_READDIR : KEEP_CACHE;
        int otherwise = directory ? 0 : DIRECT_IO;
        info.set(JAVA_INT, 4, info.get(JAVA_INT, 4) | (opened.lasting() ? lasting : otherwise));
        info.set(JAVA_LONG, 16, opened.handle());
    }
}
