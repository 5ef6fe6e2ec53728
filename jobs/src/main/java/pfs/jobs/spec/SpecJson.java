package pfs.jobs.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.TreePath;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A job spec as JSON: decoding checks everything and names the field, encoding is canonical. */
public final class SpecJson {
    /** Bytes of a spec. */
    public static final int MAX_BYTES = 256 << 10;

    private static final List<String> FIELDS =
            List.of(
                    "input",
                    "branch",
                    "image",
                    "command",
                    "env",
                    "split",
                    "reduce",
                    "combine",
                    "parts",
                    "trigger",
                    "parallel",
                    "concurrency",
                    "limits",
                    "maxBad",
                    "memo",
                    "path",
                    "recheck",
                    "network");
    private static final Pattern BRANCH = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,254}");

    /** What a job may be called. */
    public static final Pattern JOB_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private SpecJson() {}

    /**
     * Parses and checks a spec.
     *
     * @throws PfsException INVALID_REQUEST, whose subject is the field
     */
    public static JobSpec decode(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the job spec is " + json.length + " bytes, limit " + MAX_BYTES);
        }
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new PfsException(
                    ErrorCode.INVALID_REQUEST,
                    "the job spec is not JSON: " + e.getOriginalMessage() + where(e),
                    null,
                    e);
        }
        if (!root.isObject()) {
            throw new PfsException(
                    ErrorCode.INVALID_REQUEST,
                    "the job spec must be a JSON object, not " + SpecReader.shown(root));
        }
        return read(new SpecReader(root, "", FIELDS));
    }

    private static String where(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : " (line "
                        + e.getLocation().getLineNr()
                        + ", column "
                        + e.getLocation().getColumnNr()
                        + ")";
    }

    private static JobSpec read(SpecReader in) {
        SpecReader reduce = in.object("reduce", List.of("per"));
        Reduce per = reduce == null ? null : reduce.choice("per", Reduce.class);
        Trigger trigger = in.choice("trigger", Trigger.class);
        Network network = in.choice("network", Network.class);
        JobSpec spec =
                new JobSpec(
                        input(in),
                        in.text("image"),
                        in.texts("command"),
                        in.map("env"),
                        split(in.text("split")),
                        reduce != null && per == null ? Reduce.BATCH : per,
                        in.choice("combine", Combine.class),
                        in.integer("parts", 1, 1, JobSpec.MAX_PARTS),
                        trigger == null ? Trigger.RUN : trigger,
                        in.integer("parallel", 0, 0, JobSpec.MAX_PARALLEL),
                        in.integer("concurrency", 1, 1, JobSpec.MAX_CONCURRENCY),
                        limits(in),
                        in.integer("maxBad", 0, 0, Integer.MAX_VALUE),
                        in.flag("memo", true),
                        in.flag("path", true),
                        in.number("recheck", 0, 0, 1),
                        network == null ? Network.NONE : network);
        return possible(spec);
    }

    private static JobSpec possible(JobSpec spec) {
        if (spec.image() == null && spec.command().isEmpty()) {
            throw SpecReader.refusal(
                    "image",
                    "is missing: a job needs an image, or a command for a process runtime");
        }
        if (spec.env().containsKey("PORT")) {
            throw SpecReader.refusal(
                    "env.PORT", "is set by pfs, which says there on which port to listen");
        }
        if (spec.reduce() == null && spec.combine() != null) {
            throw SpecReader.refusal("combine", "needs a reduce");
        }
        if (spec.combine() == Combine.REDUCE && spec.reduce() == Reduce.KEY) {
            throw SpecReader.refusal(
                    "combine", "cannot be the route reduce when reduce.per is key: say combine");
        }
        if (spec.reduce() == null && spec.parts() > 1) {
            throw SpecReader.refusal(
                    "parts", "needs a reduce; a map alone keeps its input's paths");
        }
        if (!spec.memo() && spec.recheck() > 0) {
            throw SpecReader.refusal("recheck", "needs memo: nothing is reused without it");
        }
        return spec;
    }

    private static Input input(SpecReader in) {
        JsonNode node = in.node("input");
        String branch = in.text("branch");
        if (node == null) {
            throw SpecReader.refusal("input", "is missing");
        }
        if (node.isString()) {
            String path = path("input", node.stringValue());
            return new Input.Files(null, branch("branch", branch), path);
        }
        if (!node.isObject()) {
            throw SpecReader.refusal(
                    "input",
                    "must be a path, or an object with repo, branch and path, or with job, not "
                            + SpecReader.shown(node));
        }
        SpecReader object = in.object("input", List.of("repo", "branch", "path", "job"));
        if (object == null) {
            throw SpecReader.refusal("input", "is missing");
        }
        return input(object, branch);
    }

    private static Input input(SpecReader object, @Nullable String branch) {
        String job = object.text("job");
        String own = object.text("branch");
        if (branch != null && (own != null || job != null)) {
            throw SpecReader.refusal("branch", "says what the input says already: leave it out");
        }
        if (job != null) {
            if (own != null || object.node("path") != null || object.node("repo") != null) {
                throw SpecReader.refusal(
                        "input.job", "stands alone: it is all of that job's output");
            }
            if (!JOB_NAME.matcher(job).matches()) {
                throw SpecReader.refusal("input.job", "is not a name of a job: '" + job + "'");
            }
            return new Input.OfJob(job);
        }
        String path = object.text("path");
        return new Input.Files(
                object.text("repo"),
                own != null ? branch("input.branch", own) : branch("branch", branch),
                path("input.path", path == null ? "" : path));
    }

    private static String branch(String field, @Nullable String given) {
        if (given == null) {
            return "master";
        }
        boolean fits =
                BRANCH.matcher(given).matches()
                        && !given.contains("..")
                        && !given.contains("//")
                        && !given.endsWith("/");
        if (!fits) {
            throw SpecReader.refusal(field, "is not a name of a branch: '" + given + "'");
        }
        return given;
    }

    /** A path from the root, with or without the slash in front; a slash behind says directory. */
    private static String path(String field, String given) {
        String path = given.startsWith("/") ? given.substring(1) : given;
        path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (path.isEmpty()) {
            return path;
        }
        try {
            return TreePath.verify(path);
        } catch (PfsException e) {
            throw SpecReader.refusal(field, "is not a path: " + e.getMessage());
        }
    }

    private static Split split(@Nullable String text) {
        if (text == null || text.equals("none")) {
            return new Split.None();
        }
        if (text.equals("lines")) {
            return new Split.Lines();
        }
        if (text.equals("blank-line")) {
            return new Split.BlankLine();
        }
        if (text.matches("fixed:[1-9][0-9]{0,6}")) {
            int bytes = Integer.parseInt(text.substring("fixed:".length()));
            if (bytes <= Split.Fixed.MAX_BYTES) {
                return new Split.Fixed(bytes);
            }
        }
        throw SpecReader.refusal(
                "split",
                "must be none, lines, blank-line or fixed:N with N from 1 to "
                        + Split.Fixed.MAX_BYTES
                        + ", not '"
                        + text
                        + "'");
    }

    private static Limits limits(SpecReader in) {
        SpecReader limits =
                in.object("limits", List.of("cpu", "memory", "idle", "total", "output"));
        if (limits == null) {
            return Limits.DEFAULT;
        }
        return new Limits(
                limits.number("cpu", Limits.DEFAULT.cpu(), 0.01, 1_000),
                bytes(limits, "memory", Limits.DEFAULT.memory(), 6L << 20),
                duration(limits, "idle", Limits.DEFAULT.idle()),
                duration(limits, "total", Limits.DEFAULT.total()),
                bytes(limits, "output", Limits.DEFAULT.output(), 1));
    }

    private static long bytes(SpecReader in, String name, long fallback, long least) {
        JsonNode node = in.node(name);
        if (node == null) {
            return fallback;
        }
        Optional<Long> value =
                node.isIntegralNumber()
                        ? Optional.of(node.longValue())
                        : Units.parseBytes(node.isString() ? node.stringValue() : "");
        return value.filter(v -> v >= least)
                .orElseThrow(
                        () ->
                                SpecReader.refusal(
                                        "limits." + name,
                                        "must be a size such as 512MiB, at least "
                                                + Units.formatBytes(least)
                                                + ", not "
                                                + SpecReader.shown(node)));
    }

    private static Duration duration(SpecReader in, String name, Duration fallback) {
        JsonNode node = in.node(name);
        if (node == null) {
            return fallback;
        }
        return Units.parseDuration(node.isString() ? node.stringValue() : "")
                .filter(Duration::isPositive)
                .orElseThrow(
                        () ->
                                SpecReader.refusal(
                                        "limits." + name,
                                        "must be a time such as 60s, not "
                                                + SpecReader.shown(node)));
    }

    /**
     * All fields that have a value, in the order of the documentation; the same for equal specs.
     */
    public static ObjectNode encode(JobSpec spec) {
        ObjectNode out = JSON.createObjectNode();
        encodeInput(spec.input(), out);
        if (spec.image() != null) {
            out.put("image", spec.image());
        }
        if (!spec.command().isEmpty()) {
            ArrayNode command = out.putArray("command");
            spec.command().forEach(command::add);
        }
        if (!spec.env().isEmpty()) {
            ObjectNode env = out.putObject("env");
            spec.env().forEach(env::put);
        }
        out.put("split", spec.split().text());
        if (spec.reduce() != null) {
            out.putObject("reduce").put("per", spec.reduce().text());
        }
        if (spec.combine() != null) {
            out.put("combine", spec.combine().text());
        }
        out.put("parts", spec.parts());
        out.put("trigger", spec.trigger().text());
        out.put("parallel", spec.parallel());
        out.put("concurrency", spec.concurrency());
        out.putObject("limits")
                .put("cpu", spec.limits().cpu())
                .put("memory", Units.formatBytes(spec.limits().memory()))
                .put("idle", Units.formatDuration(spec.limits().idle()))
                .put("total", Units.formatDuration(spec.limits().total()))
                .put("output", Units.formatBytes(spec.limits().output()));
        out.put("maxBad", spec.maxBad());
        out.put("memo", spec.memo());
        out.put("path", spec.path());
        out.put("recheck", spec.recheck());
        out.put("network", spec.network().text());
        return out;
    }

    private static void encodeInput(Input input, ObjectNode out) {
        switch (input) {
            case Input.Files files -> {
                if (files.repo() == null) {
                    out.put("input", "/" + files.path());
                    out.put("branch", files.branch());
                } else {
                    out.putObject("input")
                            .put("repo", files.repo())
                            .put("branch", files.branch())
                            .put("path", "/" + files.path());
                }
            }
            case Input.OfJob of -> out.putObject("input").put("job", of.job());
        }
    }
}
