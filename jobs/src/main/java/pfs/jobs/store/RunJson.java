package pfs.jobs.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.jobs.spec.Input;
import pfs.jobs.spec.SpecJson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Jobs and runs as JSON: the form in which they are kept, and in which callers see them. */
public final class RunJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RunJson() {}

    public static ObjectNode encode(Job job) {
        ObjectNode out = JSON.createObjectNode();
        out.put("name", job.name());
        out.put("version", job.version());
        out.put("modified", time(job.modified()));
        out.put("output", Input.OUTPUT_BRANCH_PREFIX + job.name());
        out.set("spec", SpecJson.encode(job.spec()));
        return out;
    }

    static Job decodeJob(String repo, byte[] json) {
        JsonNode in = JSON.readTree(json);
        return new Job(
                repo,
                in.get("name").stringValue(),
                in.get("version").intValue(),
                SpecJson.decode(JSON.writeValueAsBytes(in.get("spec"))),
                millis(in, "modified"));
    }

    public static ObjectNode encode(RunRecord run) {
        ObjectNode out = JSON.createObjectNode();
        out.put("id", run.id());
        out.put("job", run.job());
        out.put("repo", run.repo());
        out.put("state", run.state().text());
        out.put("trigger", run.trigger());
        out.put("created", time(run.created()));
        putTime(out, "started", run.started());
        putTime(out, "ended", run.ended());
        out.putObject("input")
                .put("repo", run.inputRepo())
                .put("branch", run.spec().input().sourceBranch())
                .put("commit", run.inputCommit());
        out.put("specVersion", run.specVersion());
        out.set("spec", SpecJson.encode(run.spec()));
        if (run.program() != null) {
            out.put("image", run.program());
            out.put("platform", run.platform());
        }
        encodeProgress(run.progress(), out);
        if (run.error() != null) {
            out.put("error", run.error());
        }
        ArrayNode failures = out.putArray("failures");
        run.bad()
                .forEach(
                        b ->
                                failures.addObject()
                                        .put("input", b.input())
                                        .put("reason", b.reason()));
        if (run.outputCommit() != null) {
            out.putObject("output")
                    .put("branch", Input.OUTPUT_BRANCH_PREFIX + run.job())
                    .put("commit", run.outputCommit());
        }
        return out;
    }

    private static void encodeProgress(RunProgress progress, ObjectNode out) {
        ObjectNode node = out.putObject("progress");
        encodeStage(progress.maps(), node.putObject("maps"));
        encodeStage(progress.combines(), node.putObject("combines"));
        encodeStage(progress.reduces(), node.putObject("reduces"));
        node.put("posts", progress.posts());
        node.put("records", progress.records());
        node.put("bytesIn", progress.bytesIn());
        node.put("bytesOut", progress.bytesOut());
        ObjectNode counters = out.putObject("counters");
        progress.counters().forEach(counters::put);
    }

    private static void encodeStage(RunProgress.Stage stage, ObjectNode out) {
        out.put("total", stage.total())
                .put("done", stage.done())
                .put("reused", stage.reused())
                .put("failed", stage.failed())
                .put("complete", stage.complete());
    }

    static RunRecord decodeRun(byte[] json) {
        JsonNode in = JSON.readTree(json);
        List<RunRecord.BadInput> bad = new ArrayList<>();
        for (JsonNode b : in.get("failures")) {
            bad.add(
                    new RunRecord.BadInput(
                            b.get("input").stringValue(), b.get("reason").stringValue()));
        }
        JsonNode input = in.get("input");
        return new RunRecord(
                in.get("id").stringValue(),
                in.get("repo").stringValue(),
                in.get("job").stringValue(),
                in.get("specVersion").intValue(),
                SpecJson.decode(JSON.writeValueAsBytes(in.get("spec"))),
                input.get("repo").stringValue(),
                input.get("commit").stringValue(),
                in.get("trigger").stringValue(),
                RunState.valueOf(in.get("state").stringValue().toUpperCase(java.util.Locale.ROOT)),
                text(in, "image"),
                text(in, "platform"),
                millis(in, "created"),
                millis(in, "started"),
                millis(in, "ended"),
                decodeProgress(in),
                text(in, "error"),
                bad,
                in.has("output") ? in.get("output").get("commit").stringValue() : null);
    }

    private static RunProgress decodeProgress(JsonNode in) {
        JsonNode progress = in.get("progress");
        TreeMap<String, Long> counters = new TreeMap<>();
        for (var counter : in.get("counters").properties()) {
            counters.put(counter.getKey(), counter.getValue().longValue());
        }
        return new RunProgress(
                decodeStage(progress.get("maps")),
                decodeStage(progress.get("combines")),
                decodeStage(progress.get("reduces")),
                progress.get("posts").longValue(),
                progress.get("records").longValue(),
                progress.get("bytesIn").longValue(),
                progress.get("bytesOut").longValue(),
                counters);
    }

    private static RunProgress.Stage decodeStage(JsonNode in) {
        return new RunProgress.Stage(
                in.get("total").longValue(),
                in.get("done").longValue(),
                in.get("reused").longValue(),
                in.get("failed").longValue(),
                in.get("complete").booleanValue());
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static void putTime(ObjectNode out, String name, long millis) {
        if (millis != 0) {
            out.put(name, time(millis));
        }
    }

    private static long millis(JsonNode in, String name) {
        String text = text(in, name);
        return text == null ? 0 : Instant.parse(text).toEpochMilli();
    }

    private static @Nullable String text(JsonNode in, String name) {
        JsonNode node = in.get(name);
        return node == null || node.isNull() ? null : node.stringValue();
    }
}
