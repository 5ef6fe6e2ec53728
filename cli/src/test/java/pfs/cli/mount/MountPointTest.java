package pfs.cli.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said before anything is mounted. */
class MountPointTest {
    @TempDir Path work;

    @Test
    void anEmptyDirectoryWillDo() {
        assertThatCode(() -> MountPoint.place(work, List.of("22 1 0:5 / /dev rw - devtmpfs d rw")))
                .doesNotThrowAnyException();
    }

    @Test
    void otherPlacesAreRefusedByName() throws IOException {
        Path none = work.resolve("none");
        assertThatThrownBy(() -> MountPoint.place(none, List.of()))
                .hasMessage(none + " is not there: mkdir " + none);
        Path file = Files.writeString(work.resolve("file"), "");
        assertThatThrownBy(() -> MountPoint.place(file, List.of()))
                .hasMessage(file + " is not a directory");
        assertThatThrownBy(() -> MountPoint.place(work, List.of()))
                .hasMessage(work + " is not empty: name an empty directory");
    }

    @Test
    void aMountIsKnownByItsPlaceWhateverItsName() {
        Path place = Path.of("/mnt/größe of all");
        String line =
                "40 25 0:39 / /mnt/gr\u00c3\u00b6\u00c3\u009fe\\040of\\040all ro - fuse.pfs pfs ro";
        assertThatThrownBy(() -> MountPoint.place(place, List.of(line)))
                .hasMessageContaining("is a mount already: fusermount3 -u '" + place + "'");
    }

    @Test
    void whatIsToBeTypedCanBePasted() {
        assertThat(MountPoint.quoted(Path.of("/mnt/a-1_b.c"))).isEqualTo("/mnt/a-1_b.c");
        assertThat(MountPoint.quoted(Path.of("/mnt/it's"))).isEqualTo("'/mnt/it'\\''s'");
    }

    @Test
    void otherSystemsAreToldWhatIsSupported() {
        assertThatCode(() -> MountPoint.machine("Linux", "amd64")).doesNotThrowAnyException();
        assertThatThrownBy(() -> MountPoint.machine("Mac OS X", "aarch64"))
                .hasMessageContaining("works on Linux")
                .hasMessageContaining("Mac OS X on aarch64");
        assertThatThrownBy(() -> MountPoint.machine("Linux", "riscv64"))
                .hasMessageContaining("riscv64");
    }
}
