package pfs.cli.mount.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system that is mounted. Requests are answered by threads of its own until somebody
 * unmounts it. Thread-safe.
 */
public final class Mount implements AutoCloseable {
    /** Requests that are answered at the same time. */
    public static final int THREADS = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Library library;
    private final Path directory;

    /** Has what libfuse3 points to. */
    private final Arena arena;

    private final MemorySegment fuse;
    private final MemorySegment session;
    private final List<Thread> threads = new ArrayList<>();
    private volatile int failure;
    private boolean freed;

    private Mount(Library library, Path directory, Arena arena, MemorySegment fuse) {
        this.library = library;
        this.directory = directory;
        this.arena = arena;
        this.fuse = fuse;
        this.session = library.session(fuse);
    }

    /**
     * Mounts, read-only.
     *
     * @param directory absolute, and empty
     * @param options of {@code mount -o}, without {@code ro}
     * @throws IOException if libfuse3 refuses, with its reason
     */
    public static Mount of(Library library, FileSystem files, Path directory, List<String> options)
            throws IOException {
        Arena arena = Arena.ofAuto();
        MemorySegment fuse = MemorySegment.NULL;
        try {
            MemorySegment operations = Operations.of(files, arena);
            fuse = library.create(arguments(arena, options), operations);
            if (fuse.equals(MemorySegment.NULL)
                    || library.mount(fuse, arena.allocateFrom(directory.toString())) != 0) {
                String said = library.said();
                throw new IOException(
                        directory
                                + " cannot be mounted: "
                                + (said.isEmpty() ? "fusermount3 refused, see above" : said));
            }
            Mount mount = new Mount(library, directory, arena, fuse);
            mount.start();
            return mount;
        } catch (IOException | RuntimeException e) {
            if (!fuse.equals(MemorySegment.NULL)) {
                library.destroy(fuse);
            }
            throw e;
        }
    }

    /** A {@code struct fuse_args}: count, array, and that libfuse3 need not free it. */
    private static MemorySegment arguments(Arena arena, List<String> options) {
        List<String> words = List.of("pfs", "-oro," + String.join(",", options));
        MemorySegment array = arena.allocate(ADDRESS, words.size() + 1L);
        for (int i = 0; i < words.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(words.get(i)));
        }
        MemorySegment arguments = arena.allocate(24, 8);
        arguments.set(JAVA_INT, 0, words.size());
        arguments.set(ADDRESS, 8, array);
        return arguments;
    }

    private void start() {
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().daemon().name("fuse-" + i).unstarted(this::serve));
        }
        threads.forEach(Thread::start);
    }

    private void serve() {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment buffer = own.allocate(Structs.BUFFER_BYTES, 8);
            while (!library.exited(session)) {
                int received = library.receive(session, buffer);
                if (received > 0) {
                    library.process(session, buffer);
                } else if (received != -Errno.EINTR.number()) {
                    // A mount that ends while a file is being closed is aborted, says the kernel.
                    failure = received == -Errno.ECONNABORTED.number() ? failure : received;
                    break;
                }
            }
            library.free(buffer.get(ADDRESS, Structs.BUFFER_MEMORY));
        }
    }

    /**
     * Returns when it is unmounted, by whomever.
     *
     * @throws IOException if the kernel's requests cannot be read
     */
    public void await() throws IOException, InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure < 0) {
            throw new IOException(
                    directory
                            + " is no longer served: "
                            + library.said()
                            + " (errno "
                            + -failure
                            + ")");
        }
    }

    /**
     * Unmounts, also while files are open: their readers get errors when this process ends. Returns
     * when all requests are answered, or after two seconds.
     */
    public void unmount() throws IOException, InterruptedException {
        // Not libfuse3's own way, which first closes the device that threads still answer to.
        Process process =
                new ProcessBuilder("fusermount3", "-u", "-z", "-q", directory.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroy();
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (Thread thread : threads) {
            thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
    }

    /** Frees what libfuse3 holds, once it is unmounted; before, nothing. */
    @Override
    public synchronized void close() {
        if (!freed && threads.stream().noneMatch(Thread::isAlive)) {
            freed = true;
            library.unmount(fuse);
            library.destroy(fuse);
            Reference.reachabilityFence(arena);
        }
    }
}
