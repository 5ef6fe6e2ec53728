package pfs.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With what {@code ./pfs} starts the JVM, as the shell tells it. */
class LauncherTest {
    private static final Pattern CACHE = Pattern.compile("-XX:AOTCache=\\S*/(\\w+)\\.aot");

    @TempDir Path directory;

    /** The last command that the shell tells of, which is the JVM's. */
    private String started(Map<String, String> environment, String... arguments) throws Exception {
        Path launcher = SourceTree.find().root().resolve("pfs");
        List<String> command = new ArrayList<>(List.of("sh", "-x", launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PFS_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String told = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return told.lines()
                .filter(line -> line.startsWith("+ exec "))
                .reduce((_, last) -> last)
                .orElseThrow(() -> new AssertionError(told));
    }

    private String cache(Map<String, String> environment, String... arguments) throws Exception {
        Matcher found = CACHE.matcher(started(environment, arguments));
        return found.find() ? found.group(1) : "none";
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void aServerThatSharesItsMetadataHasTheCacheThatWasTrainedSo() throws Exception {
        String shared = file("shared", "# of the cluster\nlisten = :7370\n meta=etcd://e1:2379\n");
        String own = file("own", "# meta = etcd://e1:2379\nmetadata = 1\n");
        Map<String, String> none = Map.of();
        assertThat(cache(none, "serve", "--help")).isEqualTo("server");
        assertThat(cache(none, "serve", "--meta", "etcd://e1:2379", "--help")).isEqualTo("shared");
        assertThat(cache(none, "serve", "--meta=etcd://e1:2379", "--help")).isEqualTo("shared");
        assertThat(cache(Map.of("PFS_META", "etcd://e1"), "serve", "--help")).isEqualTo("shared");
        assertThat(cache(none, "serve", "--config", shared, "--help")).isEqualTo("shared");
        assertThat(cache(none, "serve", "--config=" + shared, "--help")).isEqualTo("shared");
        assertThat(cache(Map.of("PFS_CONFIG", shared), "serve", "--help")).isEqualTo("shared");
        assertThat(cache(none, "serve", "--config", own, "--help")).isEqualTo("server");
        assertThat(cache(none, "serve", "--config", "nowhere", "--help")).isEqualTo("server");
    }

    /** Foreign functions are for a mount only, and it alone does without the others' cache. */
    @Test
    void aMountIsFoundBehindOptionsOfAllCommands() throws Exception {
        assertThat(cache(Map.of(), "ls", "--help")).isEqualTo("client");
        for (String[] command :
                List.of(
                        new String[] {"mount", "--help"},
                        new String[] {"--repo", "mount", "mount", "--help"},
                        new String[] {"-b", "ls", "--json", "mount", "--help"})) {
            String started = started(Map.of(), command);
            assertThat(started).contains("--enable-native-access").doesNotContain("AOTCache");
        }
        assertThat(started(Map.of(), "--repo", "mount", "ls", "--help"))
                .doesNotContain("--enable-native-access");
    }
}
