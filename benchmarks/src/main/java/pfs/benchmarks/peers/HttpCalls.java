package pfs.benchmarks.peers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;

/**
 * Requests to one server over connections that are kept, so that what a request takes is what the
 * server takes for it, and a little. Thread-safe.
 */
final class HttpCalls {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String origin;

    HttpCalls(WebServer server) {
        this.origin = server.origin();
    }

    /** What the server answered, which is 2xx. */
    String call(String method, String target, String body) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(origin + target))
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build();
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IOException(
                        method + " " + target + ": " + response.statusCode() + response.body());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    String get(String target) throws IOException {
        return call("GET", target, "");
    }

    String post(String target) throws IOException {
        return call("POST", target, "");
    }

    void put(String target, String body) throws IOException {
        var _ = call("PUT", target, body);
    }

    /** Milliseconds that a call takes. */
    double millis(String method, String target) throws IOException {
        long start = System.nanoTime();
        var _ = call(method, target, "");
        return (System.nanoTime() - start) / 1e6;
    }

    /** What is done again and again; answers the milliseconds of the part that counts. */
    interface Step {
        double run(int time) throws IOException;
    }

    /** The median of some times, after a third as many that do not count. */
    static double warm(int times, Step step) throws IOException {
        int before = times / 3;
        double[] millis = new double[times];
        for (int i = 0; i < before + times; i++) {
            double took = step.run(i);
            if (i >= before) {
                millis[i - before] = took;
            }
        }
        Arrays.sort(millis);
        return millis[times / 2];
    }
}
