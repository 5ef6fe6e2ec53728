package pfs.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A server that answers each connection as the test says, and notes what it was asked. */
final class ScriptedServer implements AutoCloseable {
    /** Reads and answers on one connection; it is closed afterwards. */
    interface Script {
        void play(Talk talk) throws IOException;
    }

    /** One connection. */
    record Talk(ScriptedServer server, Socket socket) {
        /** Reads a request's head, and its body if it has a Content-Length. */
        void hear() throws IOException {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    throw new IOException("closed within a head");
                }
                head.append((char) b);
            }
            String text = head.toString();
            int at = text.indexOf("Content-Length: ");
            if (at >= 0 && !text.contains("Expect:")) {
                int length = Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
                in.readNBytes(length);
            }
            synchronized (server) {
                server.heard.add(text);
            }
        }

        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }

        /** Hears a request and gives an answer with a Content-Length. */
        void answer(int status, String headers, String body) throws IOException {
            hear();
            say("HTTP/1.1 " + status + " X\r\n" + headers);
            say("Content-Length: " + body.length() + "\r\n\r\n" + body);
        }
    }

    private final ServerSocket listener;
    private final Queue<Script> scripts = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();

    /** Plays one script a connection, in order. */
    ScriptedServer(Script... scripts) throws IOException {
        this.scripts.addAll(List.of(scripts));
        this.listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        while (!scripts.isEmpty()) {
            try (Socket socket = listener.accept()) {
                scripts.remove().play(new Talk(this, socket));
            } catch (IOException e) {
                // the client may go when it has seen enough
            }
        }
    }

    HttpClient client() {
        String url = "http://127.0.0.1:" + listener.getLocalPort();
        return new HttpClient(Endpoint.parse(url), java.util.Map.of("Authorization", "Bearer t"));
    }

    synchronized List<String> heard() {
        return List.copyOf(heard);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
