package pfs.cli.mount.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A file system as libfuse3's {@code struct fuse_operations}: a function pointer for each thing
 * that may be asked, NULL for what is not there. What would write is not there either: the kernel
 * refuses it (EROFS), as the file system is mounted read-only. Thread-safe.
 */
final class Operations {
    /** Places in the structure, in pointers; it is the same in all versions of libfuse3. */
    private static final int GETATTR = 0;

    private static final int OPEN = 12;
    private static final int READ = 13;
    private static final int STATFS = 15;
    private static final int RELEASE = 17;
    private static final int OPENDIR = 23;
    private static final int READDIR = 24;
    private static final int RELEASEDIR = 25;
    private static final int COUNT = 42;

    /** The flag of an entry with all its attributes, which saves a question for each. */
    private static final int FILL_PLUS = 2;

    private static final MethodHandle FILL =
            Linker.nativeLinker()
                    .downcallHandle(
                            FunctionDescriptor.of(
                                    JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));

    private final FileSystem files;

    private Operations(FileSystem files) {
        this.files = files;
    }

    /** The structure for a file system, which lives as long as the arena. */
    static MemorySegment of(FileSystem files, Arena arena) {
        Operations operations = new Operations(files);
        MemorySegment table = arena.allocate(ADDRESS, COUNT);
        operations.put(table, arena, GETATTR, "attributes", ADDRESS, ADDRESS, ADDRESS);
        operations.put(table, arena, OPEN, "open", ADDRESS, ADDRESS);
        operations.put(table, arena, READ, "read", ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);
        operations.put(table, arena, STATFS, "space", ADDRESS, ADDRESS);
        operations.put(table, arena, RELEASE, "close", ADDRESS, ADDRESS);
        operations.put(table, arena, OPENDIR, "openDirectory", ADDRESS, ADDRESS);
        operations.put(
                table, arena, READDIR, "list", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS,
                JAVA_INT);
        operations.put(table, arena, RELEASEDIR, "closeDirectory", ADDRESS, ADDRESS);
        return table;
    }

    private void put(
            MemorySegment table, Arena arena, int place, String method, MemoryLayout... arguments) {
        FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_INT, arguments);
        MethodType type = descriptor.toMethodType();
        try {
            MethodHandle target = MethodHandles.lookup().bind(this, method, type);
            table.setAtIndex(
                    ADDRESS, place, Linker.nativeLinker().upcallStub(target, descriptor, arena));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException(method, e);
        }
    }

    /** A call's body: 0 or more, or an exception. */
    private interface Body {
        int run() throws IOException;
    }

    /**
     * What the body says, or its exception as an errno: one that came through would end the JVM.
     */
    @SuppressWarnings("CatchAndPrintStackTrace")
    private static int answer(Body body) {
        try {
            return body.run();
        } catch (FuseException e) {
            return -e.errno().number();
        } catch (IOException e) {
            return -Errno.EIO.number();
        } catch (Throwable e) {
            System.err.println("pfs: a bug: " + e);
            e.printStackTrace();
            return -Errno.EIO.number();
        }
    }

    int attributes(MemorySegment path, MemorySegment stat, MemorySegment info) {
        return answer(
                () -> {
                    Structs.stat(stat, files.attributes(path(path)));
                    return 0;
                });
    }

    int open(MemorySegment path, MemorySegment info) {
        return answer(
                () -> {
                    Structs.opened(info, files.open(path(path)), false);
                    return 0;
                });
    }

    int read(MemorySegment path, MemorySegment to, long size, long offset, MemorySegment info) {
        return answer(
                () -> {
                    ByteBuffer buffer = to.reinterpret(size).asByteBuffer();
                    return files.read(Structs.handle(info), offset, buffer);
                });
    }

    int space(MemorySegment path, MemorySegment vfs) {
        return answer(
                () -> {
                    Structs.statvfs(vfs, files.space());
                    return 0;
                });
    }

    int close(MemorySegment path, MemorySegment info) {
        return answer(
                () -> {
                    files.close(Structs.handle(info));
                    return 0;
                });
    }

    int openDirectory(MemorySegment path, MemorySegment info) {
        return answer(
                () -> {
                    Structs.opened(info, files.openDirectory(path(path)), true);
                    return 0;
                });
    }

    int list(
            MemorySegment path,
            MemorySegment into,
            MemorySegment function,
            long offset,
            MemorySegment info,
            int flags) {
        return answer(
                () -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment stat = arena.allocate(Structs.STAT_BYTES, 8);
                        files.list(
                                Structs.handle(info),
                                offset,
                                (name, attributes, next) -> {
                                    Structs.stat(stat, attributes);
                                    return fill(
                                            function, into, arena.allocateFrom(name), stat, next);
                                });
                    }
                    return 0;
                });
    }

    private static boolean fill(
            MemorySegment function,
            MemorySegment into,
            MemorySegment name,
            MemorySegment stat,
            long next) {
        try {
            return (int) FILL.invokeExact(function, into, name, stat, next, FILL_PLUS) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of libfuse3 that does not fit", e);
        }
    }

    int closeDirectory(MemorySegment path, MemorySegment info) {
        return answer(
                () -> {
                    files.closeDirectory(Structs.handle(info));
                    return 0;
                });
    }

    /** Without the slash before it. Nothing has a name that is not UTF-8. */
    private static String path(MemorySegment at) throws FuseException {
        String bytes = at.reinterpret(Long.MAX_VALUE).getString(0, StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString()
                    .substring(1);
        } catch (CharacterCodingException e) {
            throw new FuseException(Errno.ENOENT, e);
        }
    }
}
