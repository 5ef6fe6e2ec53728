import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;

/**
 * Engines that pretend, in memory: as much of an etcd and of an S3 store as a server that trains its
 * cache of classes asks for (bin/train). They keep no promise: nothing lasts, no lease runs out, no
 * signature is looked at. java -cp LIB bin/Pretend.java LOSE: prints the values for --meta and
 * --store, a line each; when the file LOSE is there, it is deleted, and all leases are lost.
 */
class Pretend {
    public static void main(String[] arguments) throws Exception {
        Etcd etcd = new Etcd();
        int meta =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(etcd.keys())
                        .addService(etcd.leases())
                        .build()
                        .start()
                        .getPort();
        HttpServer store =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", new Store()::answer);
        store.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        store.start();
        System.out.println("etcd://127.0.0.1:" + meta);
        System.out.println(
                "s3://training/files?region=us-east-1&endpoint=http://127.0.0.1:"
                        + store.getAddress().getPort());
        Path lose = Path.of(arguments[0]);
        while (true) {
            if (Files.deleteIfExists(lose)) {
                etcd.loseLeases();
            }
            Thread.sleep(50);
        }
    }

    /** Keys with revisions, and the leases that some are bound to. */
    private static final class Etcd {
        private final NavigableMap<ByteString, KeyValue> pairs =
                new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        private long revision = 1;
        private long lastLease = 1;

        synchronized void loseLeases() {
            pairs.values().removeIf(pair -> pair.getLease() != 0);
        }

        private ResponseHeader header() {
            return ResponseHeader.newBuilder().setRevision(revision).build();
        }

        private NavigableMap<ByteString, KeyValue> within(ByteString key, ByteString end) {
            if (end.isEmpty()) {
                return pairs.subMap(key, true, key, true);
            }
            boolean open = end.equals(ByteString.copyFrom(new byte[1]));
            return open ? pairs.tailMap(key, true) : pairs.subMap(key, true, end, false);
        }

        private RangeResponse range(RangeRequest request) {
            NavigableMap<ByteString, KeyValue> found =
                    within(request.getKey(), request.getRangeEnd());
            boolean descends = request.getSortOrder() == RangeRequest.SortOrder.DESCEND;
            long limit = request.getLimit() == 0 ? Long.MAX_VALUE : request.getLimit();
            RangeResponse.Builder answer = RangeResponse.newBuilder().setHeader(header());
            (descends ? found.descendingMap() : found)
                    .values().stream().limit(limit).forEach(answer::addKvs);
            return answer.setCount(found.size()).setMore(found.size() > limit).build();
        }

        private PutResponse put(PutRequest request) {
            KeyValue before = pairs.get(request.getKey());
            pairs.put(
                    request.getKey(),
                    KeyValue.newBuilder()
                            .setKey(request.getKey())
                            .setValue(request.getValue())
                            .setLease(request.getLease())
                            .setModRevision(revision)
                            .setCreateRevision(before == null ? revision : before.getCreateRevision())
                            .setVersion(before == null ? 1 : before.getVersion() + 1)
                            .build());
            return PutResponse.newBuilder().setHeader(header()).build();
        }

        private DeleteRangeResponse delete(DeleteRangeRequest request) {
            NavigableMap<ByteString, KeyValue> found =
                    within(request.getKey(), request.getRangeEnd());
            long count = found.size();
            found.clear();
            return DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(count).build();
        }

        private boolean holds(Compare compare) {
            KeyValue now = pairs.getOrDefault(compare.getKey(), KeyValue.getDefaultInstance());
            return switch (compare.getTarget()) {
                case MOD -> now.getModRevision() == compare.getModRevision();
                case CREATE -> now.getCreateRevision() == compare.getCreateRevision();
                default -> throw new IllegalArgumentException(compare.toString());
            };
        }

        private ResponseOp apply(RequestOp one) {
            ResponseOp.Builder answer = ResponseOp.newBuilder();
            return switch (one.getRequestCase()) {
                case REQUEST_RANGE -> answer.setResponseRange(range(one.getRequestRange())).build();
                case REQUEST_PUT -> answer.setResponsePut(put(one.getRequestPut())).build();
                case REQUEST_DELETE_RANGE ->
                        answer.setResponseDeleteRange(delete(one.getRequestDeleteRange())).build();
                default -> throw new IllegalArgumentException(one.toString());
            };
        }

        private synchronized TxnResponse transact(TxnRequest request) {
            boolean holds = request.getCompareList().stream().allMatch(this::holds);
            revision++;
            TxnResponse.Builder answer = TxnResponse.newBuilder().setSucceeded(holds);
            (holds ? request.getSuccessList() : request.getFailureList())
                    .forEach(one -> answer.addResponses(apply(one)));
            return answer.setHeader(header()).build();
        }

        private static <T> void tell(StreamObserver<T> caller, T answer) {
            caller.onNext(answer);
            caller.onCompleted();
        }

        KVGrpc.KVImplBase keys() {
            return new KVGrpc.KVImplBase() {
                @Override
                public void range(RangeRequest request, StreamObserver<RangeResponse> caller) {
                    synchronized (Etcd.this) {
                        tell(caller, Etcd.this.range(request));
                    }
                }

                @Override
                public void deleteRange(
                        DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> caller) {
                    synchronized (Etcd.this) {
                        revision++;
                        tell(caller, delete(request));
                    }
                }

                @Override
                public void txn(TxnRequest request, StreamObserver<TxnResponse> caller) {
                    tell(caller, transact(request));
                }
            };
        }

        LeaseGrpc.LeaseImplBase leases() {
            return new LeaseGrpc.LeaseImplBase() {
                @Override
                public void leaseGrant(
                        LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> caller) {
                    synchronized (Etcd.this) {
                        tell(
                                caller,
                                LeaseGrantResponse.newBuilder()
                                        .setHeader(header())
                                        .setID(++lastLease)
                                        .setTTL(request.getTTL())
                                        .build());
                    }
                }

                @Override
                public void leaseRevoke(
                        LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> caller) {
                    synchronized (Etcd.this) {
                        pairs.values().removeIf(pair -> pair.getLease() == request.getID());
                        tell(caller, LeaseRevokeResponse.newBuilder().setHeader(header()).build());
                    }
                }

                @Override
                public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
                        StreamObserver<LeaseKeepAliveResponse> caller) {
                    return new StreamObserver<>() {
                        @Override
                        public void onNext(LeaseKeepAliveRequest request) {
                            caller.onNext(
                                    LeaseKeepAliveResponse.newBuilder()
                                            .setID(request.getID())
                                            .setTTL(5)
                                            .build());
                        }

                        @Override
                        public void onError(Throwable failure) {}

                        @Override
                        public void onCompleted() {
                            caller.onCompleted();
                        }
                    };
                }
            };
        }
    }

    /** Objects of any bucket, which all are there. */
    private static final class Store {
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
}
