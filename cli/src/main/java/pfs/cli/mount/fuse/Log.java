package pfs.cli.mount.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * What libfuse3 has to say, kept instead of printed: of an end that was asked for it tells as of a
 * fault. Thread-safe.
 */
final class Log {
    private static final int LONGEST = 1024;

    /** {@code vsnprintf}; a va_list is passed as a pointer on all machines that are known here. */
    private static final MethodHandle FORMAT =
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("vsnprintf"),
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

    private volatile String last = "";

    private Log() {}

    /** From now on messages go here; versions before 3.7 print them as ever. */
    static Log of(SymbolLookup symbols) {
        Log log = new Log();
        Optional<MemorySegment> setter = symbols.find("fuse_set_log_func");
        if (setter.isEmpty()) {
            return log;
        }
        FunctionDescriptor take = FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS);
        MethodType type = take.toMethodType();
        try {
            MethodHandle target = MethodHandles.lookup().bind(log, "take", type);
            Linker linker = Linker.nativeLinker();
            MemorySegment stub = linker.upcallStub(target, take, Arena.global());
            linker.downcallHandle(setter.get(), FunctionDescriptor.ofVoid(ADDRESS))
                    .invokeExact(stub);
        } catch (Throwable e) {
            throw new IllegalStateException("fuse_set_log_func", e);
        }
        return log;
    }

    void take(int level, MemorySegment format, MemorySegment arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(LONGEST);
            int unused = (int) FORMAT.invokeExact(text, (long) LONGEST, format, arguments);
            last = text.getString(0).strip();
        } catch (Throwable e) {
            last = "a message that cannot be read: " + e;
        }
    }

    /** The last message; "" if there was none. */
    String last() {
        return last;
    }
}
