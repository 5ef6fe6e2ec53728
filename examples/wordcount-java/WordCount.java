import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.Executors;

/** Counts words in one pass over the bytes: a hash table of byte strings, no object per word. */
public class WordCount {
    private byte[] keys = new byte[1 << 20];
    private int used;
    private int[] starts = new int[1 << 15];
    private int[] lengths = new int[1 << 15];
    private int[] hashes = new int[1 << 15];
    private long[] counts = new long[1 << 15];
    private int[] table = new int[1 << 16];
    private int size;

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", port), 0);
        server.createContext("/map", exchange -> answer(exchange, true));
        server.createContext("/reduce", exchange -> answer(exchange, false));
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    private static void answer(HttpExchange exchange, boolean map) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        WordCount words = new WordCount();
        if (map) {
            words.count(body);
        } else {
            words.sum(body);
        }
        byte[] answer = words.lines();
        exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private static boolean letter(byte b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b < 0 || b == '_';
    }

    private void count(byte[] text) {
        int at = 0;
        while (at < text.length) {
            while (at < text.length && !letter(text[at])) {
                at++;
            }
            int start = at;
            int hash = 0;
            while (at < text.length && letter(text[at])) {
                hash = 31 * hash + text[at++];
            }
            if (at > start) {
                add(text, start, at - start, hash, 1);
            }
        }
    }

    private void sum(byte[] lines) {
        int at = 0;
        while (at < lines.length) {
            int start = at;
            int hash = 0;
            while (lines[at] != '\t') {
                hash = 31 * hash + lines[at++];
            }
            int length = at++ - start;
            long n = 0;
            while (at < lines.length && lines[at] != '\n') {
                n = 10 * n + lines[at++] - '0';
            }
            at++;
            add(lines, start, length, hash, n);
        }
    }

    private void add(byte[] from, int start, int length, int hash, long n) {
        int mixed = hash * 0x9E3779B9;
        int slot = mixed >>> 8 & table.length - 1;
        while (table[slot] != 0) {
            int i = table[slot] - 1;
            if (hashes[i] == mixed
                    && lengths[i] == length
                    && Arrays.equals(keys, starts[i], starts[i] + length, from, start, start + length)) {
                counts[i] += n;
                return;
            }
            slot = slot + 1 & table.length - 1;
        }
        if (used + length > keys.length) {
            keys = Arrays.copyOf(keys, Math.max(keys.length * 2, used + length));
        }
        if (size == starts.length) {
            grow();
        }
        System.arraycopy(from, start, keys, used, length);
        starts[size] = used;
        lengths[size] = length;
        hashes[size] = mixed;
        counts[size++] = n;
        used += length;
        if (table.length < 2 * size) {
            rehash();
        } else {
            table[slot] = size;
        }
    }

    private void grow() {
        starts = Arrays.copyOf(starts, size * 2);
        lengths = Arrays.copyOf(lengths, size * 2);
        hashes = Arrays.copyOf(hashes, size * 2);
        counts = Arrays.copyOf(counts, size * 2);
    }

    private void rehash() {
        table = new int[table.length * 2];
        for (int i = 0; i < size; i++) {
            int slot = hashes[i] >>> 8 & table.length - 1;
            while (table[slot] != 0) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = i + 1;
        }
    }

    private byte[] lines() {
        byte[] out = new byte[used + size * 22];
        int at = 0;
        for (int i = 0; i < size; i++) {
            System.arraycopy(keys, starts[i], out, at, lengths[i]);
            at += lengths[i];
            out[at++] = '\t';
            byte[] n = Long.toString(counts[i]).getBytes();
            System.arraycopy(n, 0, out, at, n.length);
            at += n.length;
            out[at++] = '\n';
        }
        return Arrays.copyOf(out, at);
    }
}
