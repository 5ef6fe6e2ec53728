package pfs.server.jobs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import pfs.jobs.Jobs;
import pfs.jobs.spec.SpecJson;
import pfs.jobs.store.Job;
import pfs.jobs.store.RunJson;
import pfs.repo.Snapshot;
import pfs.server.files.FileRoutes;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.view.Views;

/** {@code /jobs}: specs, and the output of jobs by its input. Thread-safe. */
public final class JobRoutes {
    private final Jobs jobs;
    private final Views views;
    private final FileRoutes.SnapshotReading reading;

    private JobRoutes(Jobs jobs, Views views, FileRoutes.SnapshotReading reading) {
        this.jobs = jobs;
        this.views = views;
        this.reading = reading;
    }

    /**
     * @param put what a caller needs to keep a job: where jobs are programs of this machine, a job
     *     can do what the server can
     */
    public static List<Route> of(
            Jobs jobs, Views views, FileRoutes.SnapshotReading reading, Right put) {
        JobRoutes routes = new JobRoutes(jobs, views, reading);
        List<String> read = List.of("commit", "recursive", "after", "limit");
        return List.of(
                Route.of("GET", "/jobs", Right.READ, "List jobs", List.of(), routes::list),
                Route.of("PUT", "/jobs/{name}", put, "Keep a job's spec", List.of(), routes::put),
                Route.of("GET", "/jobs/{name}", Right.READ, "A job's spec", List.of(), routes::get),
                Route.of(
                        "DELETE",
                        "/jobs/{name}",
                        put,
                        "Delete a job; its output stays",
                        List.of(),
                        routes::delete),
                Route.of(
                        "GET",
                        "/jobs/{name}/pfs",
                        Right.READ,
                        "The output's root directory",
                        read,
                        exchange -> routes.read(exchange, "")),
                Route.of(
                        "GET",
                        "/jobs/{name}/pfs/{path...}",
                        Right.READ,
                        "Read a job's output, the newest or that of an input commit",
                        read,
                        exchange -> routes.read(exchange, exchange.variable("path"))));
    }

    private void list(Exchange exchange) throws IOException {
        List<Job> all = jobs.list(exchange.repo());
        if (exchange.form() == Form.JSON) {
            StringBuilder text = new StringBuilder("{\"jobs\":[");
            for (Job job : all) {
                text.append(text.charAt(text.length() - 1) == '[' ? "" : ",")
                        .append(RunJson.encode(job));
            }
            json(exchange, 200, text.append("]}").toString());
            return;
        }
        StringBuilder text = new StringBuilder();
        for (Job job : all) {
            String image = job.spec().image();
            text.append(job.name())
                    .append("  ")
                    .append(job.version())
                    .append("  ")
                    .append(job.spec().trigger().text())
                    .append("  ")
                    .append(image == null ? String.join(" ", job.spec().command()) : image)
                    .append('\n');
        }
        exchange.text(200, text.toString());
    }

    static void json(Exchange exchange, int status, String json) throws IOException {
        exchange.answer(status).put(Exchange.JSON).put(Exchange.NO_CACHE);
        exchange.send(StandardCharsets.UTF_8.encode(json + "\n"));
    }

    private void put(Exchange exchange) throws IOException {
        byte[] spec = exchange.body().all(SpecJson.MAX_BYTES);
        String inputRepo = SpecJson.decode(spec).input().sourceRepo(exchange.repo());
        if (!inputRepo.equals(exchange.repo())) {
            exchange.require(Right.READ, inputRepo);
        }
        Job job = jobs.put(exchange.repo(), exchange.variable("name"), spec);
        int status = job.version() == 1 ? 201 : 200;
        exchange.headersOut()
                .put(HttpHeader.LOCATION, exchange.prefix() + "/jobs/" + job.name())
                .put("Pfs-Spec-Version", Integer.toString(job.version()));
        if (exchange.form() == Form.JSON) {
            json(exchange, status, RunJson.encode(job).toString());
        } else {
            exchange.text(status, job.name() + "  " + job.version() + "\n");
        }
    }

    private void get(Exchange exchange) throws IOException {
        Job job = jobs.get(exchange.repo(), exchange.variable("name"));
        exchange.headersOut().put("Pfs-Spec-Version", Integer.toString(job.version()));
        json(exchange, 200, SpecJson.encode(job.spec()).toPrettyString());
    }

    private void delete(Exchange exchange) throws IOException {
        jobs.delete(exchange.repo(), exchange.variable("name"));
        exchange.empty(204);
    }

    private void read(Exchange exchange, String path) throws IOException {
        String name = exchange.variable("name");
        @Nullable String input = exchange.query().find("commit");
        Snapshot output = views.repo(exchange).snapshot(jobs.output(exchange.repo(), name, input));
        reading.read(exchange, output, path);
    }
}
