package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import pfs.server.around.OpenApi;
import pfs.server.http.Route;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is around the data. */
class AroundTest extends HttpTest {
    @Test
    void healthIsForEverybody() {
        assertThat(get("/healthz").body()).isEqualTo("ok\n");
        assertThat(get("/readyz").body()).isEqualTo("ready\n");
        assertThat(send("HEAD", "/healthz", null).statusCode()).isEqualTo(200);
    }

    @Test
    void theFirstPageIsForCurlAndForBrowsers() {
        assertThat(get("/").body()).contains("curl 127.0.0.1:").contains("/commit");
        assertThat(get("/", "Accept", "text/html").body()).contains("<!doctype html>");
        assertThat(get("/", "Accept", "application/json").body()).contains("\"version\"");
        assertThat(get("/cluster").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsSayWhatTheCachesHoldAndMayHold() {
        put(repo + "/pfs/cached", "short");
        get(repo + "/pfs/cached");
        get(repo + "/pfs/");
        String metrics = get("/metrics").body();
        assertThat(metrics)
                .contains("pfs_cache_limit_bytes{cache=\"short-files\"} ")
                .contains("pfs_cache_limit_bytes{cache=\"trees\"} ")
                .containsPattern("pfs_cache_bytes\\{cache=\"short-files\"} [1-9]")
                .containsPattern("pfs_cache_bytes\\{cache=\"trees\"} [1-9]");
    }

    @Test
    void metricsCountRequestsByRouteAndStatus() {
        put(repo + "/pfs/f", "12345");
        get(repo + "/pfs/none");
        String metrics = get("/metrics").body();
        assertThat(metrics)
                .containsPattern(
                        "pfs_http_request_seconds_count\\{method=\"PUT\",route=\"/pfs/\\{path\\.\\.\\.}\",status=\"201\"}"
                            + " [1-9]")
                .containsPattern("route=\"/pfs/\\{path\\.\\.\\.}\",status=\"404\"} [1-9]")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void openApiHasEachRouteAndNoOther() {
        JsonNode paths = JsonMapper.shared().readTree(get("/openapi.json").body()).get("paths");
        Set<String> described = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            path.getValue()
                    .propertyNames()
                    .forEach(method -> described.add(method + " " + path.getKey()));
        }
        Set<String> served = new TreeSet<>();
        for (Route route : server().routes().routes()) {
            String line =
                    route.method().toLowerCase(java.util.Locale.ROOT)
                            + " %s"
                            + route.path().replace("...}", "}");
            served.add(line.formatted(""));
            if (route.scope() == Route.Scope.REPO) {
                served.add(line.formatted("/repos/{repo}"));
            }
        }
        assertThat(described).isEqualTo(served);
        assertThat(OpenApi.paths(server().routes().routes())).hasSize(paths.size());
    }

    @Test
    void everyDescribedRouteAnswers() {
        JsonNode paths = JsonMapper.shared().readTree(get("/openapi.json").body()).get("paths");
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            String url = path.getKey().replace("{repo}", "default").replaceAll("\\{[a-z]+}", "x");
            for (String method : path.getValue().propertyNames()) {
                assertThat(send(method.toUpperCase(java.util.Locale.ROOT), url, null).body())
                        .as(method + " " + url)
                        .doesNotContain("no-such-route")
                        .doesNotContain("method-not-allowed")
                        .doesNotContain("\"fault\"");
            }
        }
    }
}
