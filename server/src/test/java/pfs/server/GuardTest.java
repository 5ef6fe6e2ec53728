package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.object.ObjectId;
import pfs.server.auth.TokenFile;
import pfs.server.http.Limits;
import pfs.server.start.Settings;

/** Who may ask what, with tokens and without. */
class GuardTest {
    private static String line(String name, String secret, String rights) {
        byte[] digest = ObjectId.sha256().digest(secret.getBytes(StandardCharsets.UTF_8));
        return name + " sha256:" + HexFormat.of().formatHex(digest) + " " + rights + "\n";
    }

    @Nested
    class WithoutTokens extends HttpTest {
        @Test
        void aForeignHostIsRefused() throws IOException {
            for (String host :
                    new String[] {"evil.example", "10.0.0.1", "localhost.evil.example"}) {
                assertThat(
                                raw(
                                        "GET /healthz HTTP/1.1\r\nHost: "
                                                + host
                                                + "\r\nConnection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 403 ")
                        .contains("application/problem+json");
            }
            for (String host :
                    new String[] {"localhost:80", "127.0.0.1", "[::1]:7370", "LOCALHOST"}) {
                assertThat(
                                raw(
                                        "GET /healthz HTTP/1.1\r\nHost: "
                                                + host
                                                + "\r\nConnection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 200 ");
            }
        }

        @Test
        void pagesOfOtherOriginsAreRefused() {
            String own = "http://127.0.0.1:" + server().port();
            assertThat(get(repo + "/commits", "Origin", own).statusCode()).isEqualTo(200);
            assertThat(get(repo + "/commits", "Origin", "https://evil.example").statusCode())
                    .isEqualTo(403);
            assertThat(get(repo + "/commits", "Origin", "null").statusCode()).isEqualTo(403);
            assertThat(get(repo + "/commits", "Origin", "http://127.0.0.1:1").statusCode())
                    .isEqualTo(403);
            assertThat(get(repo + "/commits", "Sec-Fetch-Site", "cross-site").statusCode())
                    .isEqualTo(403);
            assertThat(get(repo + "/commits", "Sec-Fetch-Site", "same-origin").statusCode())
                    .isEqualTo(200);
            assertThat(get(repo + "/commits", "Sec-Fetch-Site", "none").statusCode())
                    .isEqualTo(200);
        }
    }

    @Nested
    class WithTokens extends HttpTest {
        @TempDir static Path secrets;

        @Override
        protected Settings settings() {
            try {
                Path file = secrets.resolve("tokens");
                Files.writeString(
                        file,
                        "# who may what\n\n"
                                + line("ann", "r-secret", "read")
                                + line("bob", "w-secret", "write")
                                + line("cat", "a-secret", "admin")
                                + line("dan", "d-secret", "read,write@r0"));
                return settings(TokenFile.read(file), Limits.USUAL);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private String[] bearer(String secret) {
            return new String[] {"Authorization", "Bearer " + secret};
        }

        private String[] basic(String secret) {
            String pair = Base64.getEncoder().encodeToString(("x:" + secret).getBytes());
            return new String[] {"Authorization", "Basic " + pair};
        }

        @Test
        void healthNeedsNoneAndDataDoes() {
            assertThat(get("/healthz").statusCode()).isEqualTo(200);
            var refused = get(repo + "/commits");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().allValues("WWW-Authenticate"))
                    .anyMatch(v -> v.startsWith("Bearer"))
                    .anyMatch(v -> v.startsWith("Basic"));
            assertThat(get(repo + "/commits", bearer("wrong")).statusCode()).isEqualTo(401);
            assertThat(get(repo + "/commits", "Authorization", "Basic %%%").statusCode())
                    .isEqualTo(401);
        }

        @Test
        void rightsCoverThoseBelowThem() {
            assertThat(get(repo + "/commits", bearer("r-secret")).statusCode()).isEqualTo(200);
            assertThat(get(repo + "/commits", basic("r-secret")).statusCode()).isEqualTo(200);
            assertThat(put(repo + "/pfs/f", "x", bearer("r-secret")).statusCode()).isEqualTo(403);
            assertThat(put(repo + "/pfs/f", "x", bearer("w-secret")).statusCode()).isEqualTo(201);
            assertThat(get(repo + "/commit", bearer("r-secret")).statusCode()).isEqualTo(403);
            assertThat(get(repo + "/commit", basic("w-secret")).statusCode()).isEqualTo(201);
            assertThat(get(repo + "/commits", bearer("r-secret")).body()).contains("  bob  ");
            assertThat(send("PUT", "/repos/new", null, bearer("w-secret")).statusCode())
                    .isEqualTo(403);
            assertThat(send("PUT", "/repos/new", null, bearer("a-secret")).statusCode())
                    .isEqualTo(201);
        }

        @Test
        void aRightMayBeBoundToARepo() {
            repos().create("r0");
            assertThat(put("/repos/r0/pfs/bound", "x", bearer("d-secret")).statusCode())
                    .isEqualTo(201);
            assertThat(put("/pfs/bound", "x", bearer("d-secret")).statusCode()).isEqualTo(403);
            assertThat(get("/pfs/", bearer("d-secret")).statusCode()).isEqualTo(200);
        }

        @Test
        void anyHostMayBeAskedButNoOtherOriginWithABrowsersCredentials() {
            assertThat(
                            get(
                                            repo + "/commits",
                                            "Authorization",
                                            basic("r-secret")[1],
                                            "Sec-Fetch-Site",
                                            "cross-site")
                                    .statusCode())
                    .isEqualTo(403);
        }
    }
}
