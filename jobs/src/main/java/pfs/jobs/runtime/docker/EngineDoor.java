package pfs.jobs.runtime.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import pfs.jobs.worker.Dialer;

/**
 * The way to containers through an {@link EngineProxy}, for a server that is in a container itself
 * and cannot enter theirs. Thread-safe.
 */
final class EngineDoor {
    private static final String UNIX = "unix://";
    private static final int MAX_HEAD = 4 << 10;

    private final UnixDomainSocketAddress proxy;

    private EngineDoor(Path socket) {
        this.proxy = UnixDomainSocketAddress.of(socket);
    }

    /**
     * The door of what listens there; empty if that is an engine itself, or does not answer.
     *
     * @param host as {@code DOCKER_HOST} has it
     */
    static Optional<EngineDoor> at(String host) {
        if (!host.startsWith(UNIX)) {
            return Optional.empty();
        }
        EngineDoor door = new EngineDoor(Path.of(host.substring(UNIX.length())));
        try (SocketChannel channel = door.ask("GET /pfs/dial HTTP/1.1\r\nHost: engine\r\n\r\n")) {
            return status(channel) == 204 ? Optional.of(door) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Dials the port of a container. */
    Dialer to(String container) {
        // The proxy connects, within a time of its own.
        return _ -> {
            SocketChannel channel =
                    ask("POST /pfs/dial/" + container + " HTTP/1.1\r\nHost: engine\r\n\r\n");
            try {
                int status = status(channel);
                if (status != 101) {
                    throw new IOException("nobody listens in the container (" + status + ")");
                }
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        };
    }

    private SocketChannel ask(String request) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(proxy);
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Reads the head of an answer, and not a byte more: what follows is the container's. */
    private static int status(SocketChannel channel) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        int ends = 0;
        while (ends < 2) {
            one.clear();
            if (channel.read(one) < 0 || head.size() > MAX_HEAD) {
                throw new IOException("the engine's proxy does not answer");
            }
            byte b = one.get(0);
            head.write(b);
            ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
        }
        String[] words = head.toString(StandardCharsets.ISO_8859_1).split(" ", 3);
        return words.length > 1 && words[1].matches("[0-9]{3}") ? Integer.parseInt(words[1]) : 0;
    }
}
