package pfs.testing.jobs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server process of its own that runs jobs, and requests to it. */
final class JobServer implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("http://[^ ]+");

    private final Process process;
    private final String url;
    private final HttpClient client = HttpClient.newHttpClient();

    private JobServer(Process process) throws IOException {
        this.process = process;
        this.url = firstUrl(process);
    }

    static JobServer start(Path data, Map<String, String> environment, String... more)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "pfs.server.Main",
                                "serve",
                                "--listen",
                                "127.0.0.1:0",
                                "--data",
                                data.toString()));
        command.addAll(List.of(more));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(name -> name.startsWith("PFS_"));
        builder.environment().putAll(environment);
        return new JobServer(builder.start());
    }

    /** One that runs local programs. */
    static JobServer ofPrograms(Path data) throws IOException {
        return start(data, Map.of(), "--runtime", "process");
    }

    private static String firstUrl(Process process) throws IOException {
        var out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher found = URL.matcher(line);
            if (found.find()) {
                return found.group();
            }
        }
        throw new IOException("the server ended before it said where it is");
    }

    String url() {
        return url;
    }

    /** An answer's status and text. */
    record Reply(int status, String text, Map<String, List<String>> headers) {
        Reply expect(int wanted) {
            if (status != wanted) {
                throw new AssertionError("expected " + wanted + ", got " + status + ": " + text);
            }
            return this;
        }

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of(""))
                    .getFirst();
        }
    }

    HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
    }

    Reply send(String method, String path, String body) throws IOException, InterruptedException {
        return send(request(method, path, body).build());
    }

    Reply send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return new Reply(answer.statusCode(), answer.body(), new HashMap<>(answer.headers().map()));
    }

    Reply get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).build());
    }

    Reply json(String path) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .header("Accept", "application/json")
                        .build());
    }

    void put(String path, String text) throws IOException, InterruptedException {
        send("PUT", "/pfs/" + path, text);
    }

    String commit() throws IOException, InterruptedException {
        return send("POST", "/commit", "").text().strip();
    }

    void job(String name, String spec) throws IOException, InterruptedException {
        Reply reply = send("PUT", "/jobs/" + name, spec.replace('\'', '"'));
        if (reply.status() / 100 != 2) {
            throw new AssertionError(reply.text());
        }
    }

    /** Runs a job to its end, which must be a success; the run's id. */
    String succeed(String job) throws IOException, InterruptedException {
        return send("POST", "/run?wait&job=" + job, "").expect(200).text().strip();
    }

    /** Runs a job to its end, which must be a failure; what the answer says. */
    String fail(String job) throws IOException, InterruptedException {
        return send("POST", "/run?wait&job=" + job, "").expect(422).text();
    }

    private String state(String run, String repo) throws IOException, InterruptedException {
        String text = get(repo + "/runs/" + run).expect(200).text();
        return text.lines()
                .filter(l -> l.startsWith("state  "))
                .map(l -> l.substring(7))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until the run has ended; its state. */
    String awaitEnd(String run) throws IOException, InterruptedException {
        return awaitEnd(run, "");
    }

    String awaitEnd(String run, String repo) throws IOException, InterruptedException {
        for (int i = 0; i < 1200; i++) {
            String state = state(run, repo);
            if (!state.equals("running") && !state.equals("queued")) {
                return state;
            }
            Thread.sleep(50);
        }
        throw new AssertionError(
                "run " + run + " does not end: " + get(repo + "/runs/" + run).text());
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; the exit code, which must come within the 10 s that are promised. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the server does not end within 10 s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        client.shutdownNow();
        process.destroyForcibly();
    }
}
