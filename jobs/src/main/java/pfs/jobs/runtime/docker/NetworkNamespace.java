package pfs.jobs.runtime.docker;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import pfs.jobs.worker.Dialer;

/**
 * A way into a container that has no network: only its own loopback device. One platform thread of
 * this process enters the container's network namespace (setns(2), which acts on the calling thread
 * alone) and makes sockets there; a socket belongs to the namespace that it was made in, so any
 * thread can use it afterwards. The container has no route, no address and no neighbour, so there
 * is nothing to filter and nothing to clean up. Needs CAP_SYS_ADMIN in the engine's own PID
 * namespace, which root on the engine's host has. Thread-safe.
 */
final class NetworkNamespace implements Dialer, AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_CLOEXEC = 02000000;

    private final InetSocketAddress address;
    private final BlockingQueue<CompletableFuture<SocketChannel>> orders =
            new LinkedBlockingQueue<>();
    private final Thread thread;

    private NetworkNamespace(Path namespace, int port, CompletableFuture<@Nullable Void> entered) {
        this.address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("network namespace " + namespace)
                        .start(() -> serve(namespace, entered));
    }

    /** Enters the network namespace of a process. */
    static NetworkNamespace of(long pid, int port) throws IOException {
        CompletableFuture<@Nullable Void> entered = new CompletableFuture<>();
        NetworkNamespace made =
                new NetworkNamespace(Path.of("/proc/" + pid + "/ns/net"), port, entered);
        await(entered);
        return made;
    }

    /** Null if this process may enter namespaces, else why not. */
    static @Nullable String obstacle() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "the system is not Linux";
        }
        CompletableFuture<@Nullable Void> entered = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                enter(Path.of("/proc/self/ns/net"));
                                entered.complete(null);
                            } catch (IOException e) {
                                entered.completeExceptionally(e);
                            }
                        });
        try {
            await(entered);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void serve(Path namespace, CompletableFuture<@Nullable Void> entered) {
        try {
            enter(namespace);
            entered.complete(null);
        } catch (IOException | RuntimeException e) {
            entered.completeExceptionally(e);
            return;
        }
        try {
            while (true) {
                CompletableFuture<SocketChannel> order = orders.take();
                try {
                    order.complete(SocketChannel.open(StandardProtocolFamily.INET));
                } catch (IOException e) {
                    order.completeExceptionally(e);
                }
            }
        } catch (InterruptedException e) {
            // Closed: the thread ends, and with it its place in the namespace.
        }
    }

    @Override
    public SocketChannel dial(Duration timeout) throws IOException {
        if (!thread.isAlive()) {
            throw new IOException("the container is gone");
        }
        CompletableFuture<SocketChannel> order = new CompletableFuture<>();
        orders.add(order);
        SocketChannel channel = await(order);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(address, (int) timeout.toMillis());
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static <T extends @Nullable Object> T await(CompletableFuture<T> future)
            throws IOException {
        try {
            return future.get(10, java.util.concurrent.TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IOException("the container's network is gone", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Moves the calling thread, which must be a platform thread, for the rest of its life. */
    private static void enter(Path namespace) throws IOException {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle open =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("open"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT),
                            Linker.Option.firstVariadicArg(2));
            MethodHandle setns = intToInt(linker, "setns", 2);
            MethodHandle close = intToInt(linker, "close", 1);
            MemorySegment path = arena.allocateFrom(namespace.toString());
            int fd = (int) open.invokeExact(path, O_CLOEXEC);
            if (fd < 0) {
                throw new IOException("cannot open " + namespace);
            }
            int result = (int) setns.invokeExact(fd, CLONE_NEWNET);
            int closed = (int) close.invokeExact(fd);
            if (result != 0 || closed != 0) {
                throw new IOException("this user may not enter network namespaces");
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("cannot enter " + namespace, e);
        }
    }

    private static MethodHandle intToInt(Linker linker, String function, int arguments) {
        ValueLayout.OfInt[] types = new ValueLayout.OfInt[arguments];
        java.util.Arrays.fill(types, ValueLayout.JAVA_INT);
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(function),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, types));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
