package pfs.benchmarks.mapreduce;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** Word count and sort as containers of pfs. */
public final class JobServer {
    private static final int KEY = 10;
    private static final int RECORD = 100;
    private static final int FRAMED = RECORD + 8;

    private JobServer() {}

    /**
     * @param arguments words or sort
     */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", port), 0);
        boolean words = arguments[0].equals("words");
        server.createContext("/", exchange -> exchange.sendResponseHeaders(404, -1));
        server.createContext("/map", x -> answer(x, words ? map(body(x)) : frame(body(x))));
        server.createContext("/reduce", x -> answer(x, words ? sums(body(x)) : plain(body(x))));
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        return exchange.getRequestBody().readAllBytes();
    }

    private static void answer(HttpExchange exchange, byte[] answer) throws IOException {
        boolean framed = exchange.getRequestURI().getPath().equals("/map") && answer.length > 0;
        boolean records = framed && answer[0] == 0;
        exchange.getResponseHeaders()
                .set("Content-Type", records ? "application/vnd.pfs.records" : "text/plain");
        exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private static byte[] map(byte[] text) {
        Words words = new Words();
        words.count(text, 0, text.length);
        return lines(words);
    }

    private static byte[] sums(byte[] lines) {
        Words words = new Words();
        words.sum(lines);
        return lines(words);
    }

    private static byte[] lines(Words words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 20);
        words.each(
                (bytes, start, length, count) -> {
                    out.write(bytes, start, length);
                    out.write('\t');
                    out.writeBytes(Long.toString(count).getBytes(StandardCharsets.US_ASCII));
                    out.write('\n');
                });
        return out.toByteArray();
    }

    /** Records of 100 bytes, of which 10 are the key, with their lengths before them. */
    private static byte[] frame(byte[] records) {
        byte[] out = new byte[records.length / RECORD * FRAMED];
        int to = 0;
        for (int at = 0; at < records.length; at += RECORD) {
            out[to + 3] = KEY;
            System.arraycopy(records, at, out, to + 4, KEY);
            out[to + 4 + KEY + 3] = RECORD - KEY;
            System.arraycopy(records, at + KEY, out, to + 8 + KEY, RECORD - KEY);
            to += FRAMED;
        }
        return out;
    }

    private static byte[] plain(byte[] framed) {
        byte[] out = new byte[framed.length / FRAMED * RECORD];
        int to = 0;
        for (int at = 0; at < framed.length; at += FRAMED) {
            System.arraycopy(framed, at + 4, out, to, KEY);
            System.arraycopy(framed, at + 8 + KEY, out, to + KEY, RECORD - KEY);
            to += RECORD;
        }
        return out;
    }
}
