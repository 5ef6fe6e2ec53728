package pfs.jobs.runtime;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Podman, by the socket on which it speaks as Docker does. */
@Tag("docker")
class PodmanRuntimeTest extends ContainerRuntimeContract {
    @BeforeAll
    static void startEngine() throws Exception {
        startEngine(ContainerEngine.Kind.PODMAN);
    }

    /** Podman 4 does not tell why the kernel killed it. */
    @Override
    String outOfMemory() {
        return "was killed by signal 9";
    }
}
