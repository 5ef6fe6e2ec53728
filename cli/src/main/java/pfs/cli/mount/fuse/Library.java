package pfs.cli.mount.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/** The functions of libfuse3 that are called, and {@code free}. Thread-safe. */
public final class Library {
    private static final List<String> NAMES =
            List.of("libfuse3.so.3", "libfuse3.so.4", "libfuse3.so");
    private static final Linker LINKER = Linker.nativeLinker();

    private final SymbolLookup symbols;
    private final MethodHandle create;
    private final MethodHandle mount;
    private final MethodHandle unmount;
    private final MethodHandle destroy;
    private final MethodHandle session;
    private final MethodHandle exited;
    private final MethodHandle receive;
    private final MethodHandle process;
    private final MethodHandle free;
    private final Log log;

    private Library(SymbolLookup symbols) {
        this.symbols = symbols;
        // From 3.17 on the first has versions only, which dlsym does not find.
        String name = symbols.find("fuse_new").isPresent() ? "fuse_new" : "fuse_new_31";
        this.create = function(name, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
        this.mount = function("fuse_mount", JAVA_INT, ADDRESS, ADDRESS);
        this.unmount = procedure("fuse_unmount", ADDRESS);
        this.destroy = procedure("fuse_destroy", ADDRESS);
        this.session = function("fuse_get_session", ADDRESS, ADDRESS);
        this.exited = function("fuse_session_exited", JAVA_INT, ADDRESS);
        this.receive = function("fuse_session_receive_buf", JAVA_INT, ADDRESS, ADDRESS);
        this.process = procedure("fuse_session_process_buf", ADDRESS, ADDRESS);
        this.free =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("free"),
                        FunctionDescriptor.ofVoid(ADDRESS));
        this.log = Log.of(symbols);
    }

    /** The library, which stays loaded to the end of the process; empty if there is none. */
    public static Optional<Library> find() {
        for (String name : NAMES) {
            try {
                return Optional.of(new Library(SymbolLookup.libraryLookup(name, Arena.global())));
            } catch (IllegalArgumentException e) {
                // Not by this name.
            }
        }
        return Optional.empty();
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                symbols.findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    private MethodHandle procedure(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                symbols.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
    }

    /** A {@code struct fuse}; NULL if an argument is not understood. */
    MemorySegment create(MemorySegment arguments, MemorySegment operations) {
        try {
            return (MemorySegment)
                    create.invokeExact(
                            arguments, operations, operations.byteSize(), MemorySegment.NULL);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** What libfuse3 said last; "" if nothing. */
    String said() {
        return log.last();
    }

    /** 0, or else what was said, by libfuse3 or by fusermount3 on standard error, is why. */
    int mount(MemorySegment fuse, MemorySegment directory) {
        try {
            return (int) mount.invokeExact(fuse, directory);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    void unmount(MemorySegment fuse) {
        try {
            unmount.invokeExact(fuse);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    void destroy(MemorySegment fuse) {
        try {
            destroy.invokeExact(fuse);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    MemorySegment session(MemorySegment fuse) {
        try {
            return (MemorySegment) session.invokeExact(fuse);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    boolean exited(MemorySegment session) {
        try {
            return (int) exited.invokeExact(session) != 0;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Waits for a request. Its length; 0 at the end; or an errno, negative. */
    int receive(MemorySegment session, MemorySegment buffer) {
        try {
            return (int) receive.invokeExact(session, buffer);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Has the operations answer a request, on this thread. */
    void process(MemorySegment session, MemorySegment buffer) {
        try {
            process.invokeExact(session, buffer);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    void free(MemorySegment memory) {
        try {
            free.invokeExact(memory);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static IllegalStateException impossible(Throwable e) {
        return new IllegalStateException("a call of libfuse3 that does not fit", e);
    }
}
