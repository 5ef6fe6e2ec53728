package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader of traces must see the mistakes that it is there for. */
class SystemCallsTest {
    private static final String WRITE = "7 pwrite64(9</d/1.pack>, \"marker-0-0-end\", 14, 0) = 14";
    private static final String SYNC = "7 fdatasync(9</d/1.pack>) = 0";
    private static final String ANSWER =
            "8 write(5<TCP:[127.0.0.1:80->127.0.0.1:5050]>, \"HTTP/1.1 201\", 12) = 12";

    @TempDir Path directory;

    private void verify(String... lines) throws Exception {
        Path trace = directory.resolve("trace");
        Files.write(trace, List.of(lines));
        SystemCalls.parse(trace).verify(5050, List.of("marker-0-0-end"));
    }

    private void refuses(String... lines) {
        assertThatThrownBy(() -> verify(lines)).isInstanceOf(AssertionError.class);
    }

    @Test
    void acceptsWriteSyncAnswer() {
        assertThatCode(() -> verify(WRITE, SYNC, ANSWER)).doesNotThrowAnyException();
        assertThatCode(
                        () ->
                                verify(
                                        WRITE,
                                        "7 fdatasync(9</d/1.pack> <unfinished ...>",
                                        "7 <... fdatasync resumed>) = 0",
                                        ANSWER))
                .doesNotThrowAnyException();
    }

    @Test
    void seesAnAnswerBeforeTheSync() {
        refuses(WRITE, ANSWER, SYNC);
        refuses(WRITE, ANSWER);
        refuses(SYNC, ANSWER);
    }

    @Test
    void seesASyncThatBeganBeforeTheWriteOrEndedAfterTheAnswer() {
        refuses(SYNC, WRITE, ANSWER);
        refuses(
                "7 fdatasync(9</d/1.pack> <unfinished ...>",
                WRITE,
                "7 <... fdatasync resumed>) = 0",
                ANSWER);
        refuses(
                WRITE,
                "7 fdatasync(9</d/1.pack> <unfinished ...>",
                ANSWER,
                "7 <... fdatasync resumed>) = 0");
    }

    @Test
    void seesASyncThatFailedOrWasOfAnotherFile() {
        refuses(WRITE, "7 fdatasync(9</d/1.pack>) = -1 EIO (Input/output error)", ANSWER);
        refuses(WRITE, "7 fdatasync(9</d/2.pack>) = 0", ANSWER);
    }
}
