package pfs.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.runtime.ContainerEngine;
import pfs.jobs.runtime.docker.DockerRuntime;

/** A whole run in containers of Podman, another after an edit, and nothing of them left. */
@Tag("docker")
class PodmanRunTest {
    @TempDir Path directory;

    @Test
    void aRunSucceedsAndTheNextReusesIt() throws Exception {
        String obstacle = ContainerEngine.obstacle(ContainerEngine.Kind.PODMAN);
        Assumptions.assumeTrue(obstacle == null, String.valueOf(obstacle));
        try (ContainerEngine engine = ContainerEngine.start(ContainerEngine.Kind.PODMAN, null)) {
            try (JobsFixture fixture =
                    new JobsFixture(directory, DockerRuntime.connect(engine.host(), "run"))) {
                for (int i = 0; i < 5; i++) {
                    fixture.put("f" + i, "echo key" + i + "; echo common");
                }
                fixture.commit();
                fixture.job("j", "{'input': '/', 'image': 'scripts', 'parallel': 2}");
                assertThat(fixture.succeed("j").progress().posts()).isEqualTo(5);
                assertThat(fixture.output("j", "f3")).isEqualTo("key3\ncommon\n");
                fixture.put("f3", "echo changed");
                fixture.commit();
                assertThat(fixture.succeed("j").progress().posts()).isEqualTo(1);
                assertThat(fixture.output("j", "f3")).isEqualTo("changed\n");
            }
            assertThat(engine.containers()).isEmpty();
        }
    }
}
