import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Clients of a server that trains its cache of classes, of the kind that a server has most: many that
 * put small files, one that puts large ones, and some that read them (bin/train).
 * java bin/training/Visit.java URL
 */
class Visit {
    private static final int SMALL = 1000;
    private static final int AT_ONCE = 32;
    private static final int LARGE = 48 << 20;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String files;

    private Visit(String url) {
        this.files = url + "/pfs/visit/";
    }

    public static void main(String[] arguments) throws Exception {
        new Visit(arguments[0]).visit();
    }

    private void visit() throws Exception {
        byte[] bytes = new byte[LARGE];
        new Random(1).nextBytes(bytes);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Semaphore free = new Semaphore(AT_ONCE);
            for (int i = 0; i < SMALL; i++) {
                int number = i;
                free.acquire();
                clients.submit(
                        () -> {
                            try {
                                put(number % 100 + "/" + number, bytes, number * 1000, 4000);
                                get(number % 100 + "/" + number);
                            } finally {
                                free.release();
                            }
                            return null;
                        });
            }
        }
        for (int i = 0; i < 3; i++) {
            put("large" + i, bytes, i, LARGE - i);
            get("large" + i);
        }
    }

    private void put(String name, byte[] bytes, int from, int count) throws Exception {
        send(
                HttpRequest.newBuilder(URI.create(files + name))
                        .PUT(BodyPublishers.ofByteArray(bytes, from, count))
                        .build());
    }

    private void get(String name) throws Exception {
        send(HttpRequest.newBuilder(URI.create(files + name)).build());
    }

    private void send(HttpRequest request) throws Exception {
        int status = http.send(request, BodyHandlers.discarding()).statusCode();
        if (status / 100 != 2) {
            throw new IOException(request.method() + " " + request.uri() + ": " + status);
        }
    }
}
