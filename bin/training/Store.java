import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects of any bucket, which all are there. */
final class Store {
    private static final String META = "X-amz-meta-";

    private final NavigableMap<String, Blob> blobs = new ConcurrentSkipListMap<>();

    private record Blob(byte[] bytes, Map<String, String> metadata) {}

    void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String key = exchange.getRequestURI().getPath();
            Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
            if (query.containsKey("list-type")) {
                list(exchange, key, query);
            } else if (query.containsKey("uploads") || query.containsKey("uploadId")) {
                upload(exchange, query);
            } else {
                one(exchange, key, body);
            }
        }
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            String[] parts = pair.split("=", 2);
            query.put(
                    parts[0],
                    parts.length < 2
                            ? ""
                            : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private void one(HttpExchange exchange, String key, byte[] body) throws IOException {
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, key, body);
            case "DELETE" -> {
                blobs.remove(key);
                exchange.sendResponseHeaders(204, -1);
            }
            default -> get(exchange, key);
        }
    }

    private void put(HttpExchange exchange, String key, byte[] body) throws IOException {
        Map<String, String> metadata = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach(
                        (name, values) -> {
                            if (name.startsWith(META)) {
                                metadata.put(name, values.getFirst());
                            }
                        });
        Blob blob = new Blob(body, metadata);
        boolean asked = exchange.getRequestHeaders().containsKey("If-None-Match");
        if (asked && blobs.putIfAbsent(key, blob) != null) {
            exchange.sendResponseHeaders(412, -1);
            return;
        }
        blobs.put(key, blob);
        exchange.getResponseHeaders().set("ETag", "\"etag\"");
        exchange.sendResponseHeaders(200, -1);
    }

    private void get(HttpExchange exchange, String key) throws IOException {
        Blob blob = blobs.get(key);
        if (blob == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        blob.metadata.forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("ETag", "\"etag\"");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders()
                    .set("Content-Length", Integer.toString(blob.bytes.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        String[] bounds = range.substring("bytes=".length()).split("-");
        int from = Integer.parseInt(bounds[0]);
        int to = Math.min(blob.bytes.length, Integer.parseInt(bounds[1]) + 1);
        if (from >= blob.bytes.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        exchange.sendResponseHeaders(206, to - from);
        exchange.getResponseBody().write(blob.bytes, from, to - from);
    }

    /** Uploads in parts are all refused at their end: so a server takes none. */
    private static void upload(HttpExchange exchange, Map<String, String> query)
            throws IOException {
        switch (exchange.getRequestMethod()) {
            case "GET" -> xml(exchange, "ListMultipartUploadsResult", "");
            case "PUT" -> {
                exchange.getResponseHeaders().set("ETag", "\"etag\"");
                exchange.sendResponseHeaders(200, -1);
            }
            case "DELETE" -> exchange.sendResponseHeaders(204, -1);
            default -> {
                if (query.containsKey("uploads")) {
                    xml(
                            exchange,
                            "InitiateMultipartUploadResult",
                            "<UploadId>1</UploadId>");
                } else {
                    exchange.sendResponseHeaders(501, -1);
                }
            }
        }
    }

    private void list(HttpExchange exchange, String bucket, Map<String, String> query)
            throws IOException {
        String root = bucket.endsWith("/") ? bucket : bucket + "/";
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("start-after", "");
        boolean tops = query.containsKey("delimiter");
        int most = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
        List<String> shown = new ArrayList<>();
        String last = "";
        boolean truncated = false;
        for (Map.Entry<String, Blob> one : blobs.tailMap(root + after, false).entrySet()) {
            String key = one.getKey().substring(root.length());
            int slash = tops ? key.indexOf('/', prefix.length()) : -1;
            String top = slash < 0 ? key : key.substring(0, slash + 1);
            if (key.startsWith(prefix) && !top.equals(last)) {
                truncated = shown.size() == most;
                if (truncated) {
                    break;
                }
                last = top;
                shown.add(slash < 0 ? contents(key, one.getValue()) : beginning(top));
            }
        }
        xml(
                exchange,
                "ListBucketResult",
                "<IsTruncated>" + truncated + "</IsTruncated>" + String.join("", shown));
    }

    private static String contents(String key, Blob blob) {
        return "<Contents><Key>" + key + "</Key><Size>" + blob.bytes.length + "</Size></Contents>";
    }

    private static String beginning(String top) {
        return "<CommonPrefixes><Prefix>" + top + "</Prefix></CommonPrefixes>";
    }

    private static void xml(HttpExchange exchange, String name, String content)
            throws IOException {
        byte[] text =
                ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><" + name + ">" + content + "</" + name + ">")
                        .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.sendResponseHeaders(200, text.length);
        exchange.getResponseBody().write(text);
    }
}
