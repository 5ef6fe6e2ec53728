package pfs.server.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import pfs.client.http.HttpClient;
import pfs.client.http.Response;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.Dialer;

/** A worker on another member; it lives as long as the answer that tells of it. Thread-safe. */
final class RemoteWorker implements Worker {
    private static final int LAST_LINES = 20;
    private static final int LONGEST_HEAD = 8192;

    /** As of one that was killed: its server is gone, and it with it. */
    private static final Exit LOST = new Exit(137, false);

    private final String name;
    private final HttpClient client;
    private final Host host;
    private final boolean refers;
    private final Runnable unread;
    private final AtomicBoolean memory = new AtomicBoolean();
    private final Deque<String> lastLines = new ArrayDeque<>();
    private volatile @Nullable Exit exit;

    /**
     * The member that it runs on.
     *
     * @param authorization the header's value; null for none
     * @param reads whether it may be told where bytes are stored, to read them itself
     */
    record Host(URI url, @Nullable String authorization, boolean reads) {}

    private RemoteWorker(
            String name, HttpClient client, Host host, boolean refers, Runnable unread) {
        this.name = name;
        this.client = client;
        this.host = host;
        this.refers = refers;
        this.unread = unread;
    }

    /**
     * @param response of {@link WorkerRoutes}
     * @param unread is called when the member could not read the store
     */
    static RemoteWorker begin(
            HttpClient client, Response response, Host host, Runtime.LogSink log, Runnable unread)
            throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8));
        String first = lines.readLine();
        if (first == null || !first.startsWith("worker ")) {
            throw new IOException("the answer does not begin with a worker's name");
        }
        // a server of an earlier version would take frames for the request itself
        boolean refers = host.reads && response.header(StartedWorkers.FRAMES).isPresent();
        String name = first.substring("worker ".length());
        RemoteWorker worker = new RemoteWorker(name, client, host, refers, unread);
        Thread.ofVirtual().name("worker " + worker.name).start(() -> worker.read(lines, log));
        return worker;
    }

    private void read(BufferedReader lines, Runtime.LogSink log) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("log ")) {
                    heard(line.substring("log ".length()), log);
                } else if (line.startsWith("unread ")) {
                    unread.run();
                    heard("its server cannot read an input: " + line.substring(7), log);
                } else if (line.equals("memory")) {
                    memory.set(true);
                } else if (line.startsWith("exit ")) {
                    String[] words = line.split(" ");
                    exit = new Exit(Integer.parseInt(words[1]), Boolean.parseBoolean(words[2]));
                    return;
                }
            }
            lost("its server " + host.url + " ended it");
        } catch (IOException | RuntimeException e) {
            lost("its server " + host.url + " is not heard any more: " + e.getMessage());
        }
    }

    private void heard(String line, Runtime.LogSink log) {
        synchronized (lastLines) {
            lastLines.addLast(line);
            if (lastLines.size() > LAST_LINES) {
                lastLines.removeFirst();
            }
        }
        log.line(name, line);
    }

    private void lost(String why) {
        synchronized (lastLines) {
            lastLines.addLast(why);
        }
        exit = LOST;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Dialer dialer() {
        return new Dialer() {
            @Override
            public SocketChannel dial(Duration timeout) throws IOException {
                return line(timeout);
            }

            @Override
            public boolean refers() {
                return refers;
            }
        };
    }

    private SocketChannel line(Duration timeout) throws IOException {
        SocketChannel channel = SocketChannel.open();
        boolean connected = false;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket()
                    .connect(
                            new InetSocketAddress(host.url.getHost(), host.url.getPort()),
                            (int) timeout.toMillis());
            String head = head();
            channel.write(ByteBuffer.wrap(head.getBytes(ISO_8859_1)));
            channel.socket().setSoTimeout((int) timeout.toMillis());
            String answer = head(channel.socket().getInputStream());
            channel.socket().setSoTimeout(0);
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new IOException(
                        host.url + " makes no line to " + name + ": " + answer.strip());
            }
            connected = true;
            return channel;
        } finally {
            if (!connected) {
                channel.close();
            }
        }
    }

    private String head() {
        String address = name + ":1";
        StringBuilder head = new StringBuilder("CONNECT " + address + " HTTP/1.1\r\n");
        head.append("Host: ").append(address).append("\r\n");
        if (host.authorization != null) {
            head.append("Authorization: ").append(host.authorization).append("\r\n");
        }
        if (refers) {
            head.append(StartedWorkers.FRAMES).append(": 1\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** Up to the empty line and no byte further: what follows is the worker's. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0 || head.length() > LONGEST_HEAD) {
                throw new IOException("the line was closed before it was made");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public Optional<Exit> exit() {
        return Optional.ofNullable(exit);
    }

    @Override
    public boolean lostProcessForMemory() {
        return memory.getAndSet(false);
    }

    @Override
    public String lastWords() {
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }

    /** Nobody reads the answer any more: so its server kills it. */
    @Override
    public void close() {
        client.close();
    }
}
