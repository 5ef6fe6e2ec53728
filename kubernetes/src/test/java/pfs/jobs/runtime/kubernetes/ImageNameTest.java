package pfs.jobs.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageNameTest {
    private static final String DIGEST = "sha256:" + "0a".repeat(32);

    private static void same(String text, String repository, boolean digest) {
        assertThat(ImageName.parse(text))
                .as(text)
                .isEqualTo(
                        new ImageName(repository, digest ? Optional.of(DIGEST) : Optional.empty()));
    }

    @Test
    void namesHaveARegistryAlways() {
        same("busybox", "docker.io/library/busybox", false);
        same("busybox:1.36", "docker.io/library/busybox", false);
        same("docker.io/busybox", "docker.io/library/busybox", false);
        same("me/app:2", "docker.io/me/app", false);
        same("ghcr.io/me/app:2", "ghcr.io/me/app", false);
        same("localhost/app", "localhost/app", false);
        same("registry:5000/app:2", "registry:5000/app", false);
        same("registry:5000/app:2@" + DIGEST, "registry:5000/app", true);
    }

    @Test
    void whatKubeletsTellIsUnderstood() {
        // containerd and CRI-O; Docker, from a registry and without one; containerd, loaded
        same("docker.io/library/busybox@" + DIGEST, "docker.io/library/busybox", true);
        same("docker-pullable://busybox@" + DIGEST, "docker.io/library/busybox", true);
        same("docker://" + DIGEST, "", true);
        same(DIGEST, "", true);
        same(DIGEST.substring(7), "", true);
        same("", "", false);
    }

    @Test
    void aDigestThatIsCutShortIsNone() {
        assertThat(ImageName.parse("a@sha256:0a0b").digest()).isEmpty();
        assertThat(ImageName.parse("a@" + DIGEST + "0").digest()).isEmpty();
    }
}
