package pfs.jobs.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Says hello to whoever connects, so that it shows who can. */
final class Greeter implements AutoCloseable {
    static final String HELLO = "hello from outside";

    private final ServerSocket server;

    /** One at an address of this machine, at a port that the kernel picks. */
    Greeter(String address) throws IOException {
        server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
        Thread.ofVirtual().name("greeter").start(this::serve);
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket caller = server.accept()) {
                caller.getOutputStream().write(HELLO.getBytes());
            } catch (IOException e) {
                // The caller is gone, or this is closed.
            }
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** What somebody on this machine hears there. */
    String heard(String address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port()), 10_000);
            return new String(socket.getInputStream().readAllBytes());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
